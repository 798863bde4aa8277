"""Checkpoints: signed as others read them, consistent with each other, and stronger than whoever has the database."""

import base64
import hashlib
import json
import stat
from pathlib import Path
from time import process_time

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, text

from config.settings import Settings, load_settings
from records.journal import journal
from records.journal.examination import examine
from records.journal.hash_chain import Head, beginning, entries_of
from records.journal.merkle import (
    append_leaves,
    consistency_proof,
    hash_leaf,
    inclusion_proof,
    is_consistent,
    is_included,
    root_of,
    tree_root,
)
from records.schema.core import DIALOGUES
from services.checkpoints import (
    CheckpointUnfit,
    differences,
    make_checkpoint,
    make_daily,
    read_checkpoints,
    signing_key_file,
)
from services.signed_notes import NoteUnfit, read_verifier
from states.model.facts import Fact
from tests.records.conftest import DAY, Memory, a_programme
from tests.records.test_rewritings import rewrite


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def settings(memory: Memory, tmp_path: Path) -> Settings:
    return load_settings(database_url=memory.url, checkpoint_folder=tmp_path / "kept")


def plain_root(leaves: list[bytes]) -> bytes:
    """The Merkle tree hash as RFC 6962 defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    left, right = plain_root(leaves[:middle]), plain_root(leaves[middle:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def read_note(note: str, key: str) -> tuple[str, int, bytes]:
    """Read a checkpoint from the text of the format alone: signed-note and tlog-checkpoint of C2SP."""
    name, key_id, packed = key.split("+", 2)
    kind_and_key = base64.b64decode(packed)
    assert kind_and_key[:1] == b"\x01"
    wanted = hashlib.sha256(name.encode() + b"\x0a" + kind_and_key).digest()[:4]
    assert wanted.hex() == key_id
    assert not any(ord(sign) < 0x20 and sign != "\n" for sign in note)
    body, below = note[: note.rindex("\n\n") + 1], note[note.rindex("\n\n") + 2 :]
    assert below.endswith("\n")
    signed = False
    for line in below.removesuffix("\n").split("\n"):
        dash, signer, signature = line.split(" ")
        raw = base64.b64decode(signature)
        assert dash == "\u2014"
        if signer == name and raw[:4] == wanted:
            Ed25519PublicKey.from_public_bytes(kind_and_key[1:]).verify(raw[4:], body.encode())
            signed = True
    assert signed
    origin, size, root = body.removesuffix("\n").split("\n")
    return origin, int(size), base64.b64decode(root)


@given(st.lists(st.binary(max_size=3), max_size=40))
def test_the_tree_is_that_of_rfc_6962(words: list[bytes]) -> None:
    leaves = [hash_leaf(word) for word in words]
    assert [hashlib.sha256(b"\x00" + word).digest() for word in words] == leaves
    assert tree_root(leaves) == plain_root(leaves)
    for cut in range(len(leaves) + 1):
        grown = append_leaves(append_leaves([], leaves[:cut]), leaves[cut:])
        assert root_of(grown) == plain_root(leaves)


@pytest.mark.parametrize("late", range(1, 18))
def test_a_longer_list_is_proven_to_begin_with_a_shorter_one(late: int) -> None:
    leaves = [hash_leaf(bytes([i])) for i in range(late)]
    for early in range(1, late + 1):
        proof = consistency_proof(leaves, early)
        first, second = (early, plain_root(leaves[:early])), (late, plain_root(leaves))
        assert is_consistent(first, second, proof)
        assert not is_consistent((early, hash_leaf(b"x")), second, proof)
        assert not is_consistent(first, (late, hash_leaf(b"x")), proof)
        assert not is_consistent(first, second, [*proof, hash_leaf(b"x")])
        for place in range(len(proof)):
            bent = [*proof[:place], hash_leaf(b"x"), *proof[place + 1 :]]
            assert not is_consistent(first, second, bent)
            assert not is_consistent(first, second, proof[:place])


@pytest.mark.parametrize("size", range(1, 18))
def test_a_list_is_proven_to_hold_each_of_its_entries(size: int) -> None:
    leaves = [hash_leaf(bytes([i])) for i in range(size)]
    root, other = plain_root(leaves), hash_leaf(b"x")
    for place, leaf in enumerate(leaves):
        proof = inclusion_proof(leaves, place)
        assert is_included(leaf, place, size, proof, root)
        assert not is_included(other, place, size, proof, root)
        assert not is_included(leaf, place, size, proof, other)
        assert not is_included(leaf, place, size, [*proof, other], root)
        assert not is_included(leaf, size, size, proof, root)
        assert not is_included(leaf, -1, size, proof, root)
        for bent in range(len(proof)):
            assert not is_included(
                leaf, place, size, [*proof[:bent], other, *proof[bent + 1 :]], root
            )
            assert not is_included(leaf, place, size, proof[:bent], root)


def test_a_checkpoint_is_read_by_a_reader_of_the_format(memory: Memory, settings: Settings) -> None:
    memory.open(a_programme("other"))
    memory.open()
    memory.map()
    made = make_checkpoint(memory.engine, settings, memory.now)

    origin, size, root = read_note(made.note, made.key)

    heads = [(name, *journal.head(memory.engine, name)) for name in memory.ledger.dialogue_ids()]
    data = [f"{name} {seq} {head}".encode() for name, seq, head in sorted(heads)]
    leaves = [hashlib.sha256(b"\x00" + one).digest() for one in data]
    assert (origin, size, root) == (made.key.split("+")[0], 2, plain_root(leaves))
    [file] = Path(str(settings.checkpoint_folder)).iterdir()
    assert file.read_text(encoding="utf-8") == made.note
    with pytest.raises(InvalidSignature):
        read_note(made.note.replace("\n2\n", "\n3\n"), made.key)


def test_the_key_is_for_its_owner_alone(memory: Memory, settings: Settings) -> None:
    make_checkpoint(memory.engine, settings, memory.now)
    file = signing_key_file(settings)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def kept(memory: Memory, settings: Settings) -> list[Path]:
    """Live on over two checkpoints; the files of both."""
    memory.open()
    make_checkpoint(memory.engine, settings, memory.now)
    memory.now += DAY
    memory.map()
    make_checkpoint(memory.engine, settings, memory.now)
    memory.act("approve-analysis")
    return sorted(Path(str(settings.checkpoint_folder)).iterdir())


def test_what_was_not_touched_fits_every_checkpoint(memory: Memory, settings: Settings) -> None:
    read = read_checkpoints(memory.engine, settings, kept(memory, settings), None)
    assert [one.size for one in read] == [1, 2]
    assert differences(memory.engine, read) == []


def recompute(memory: Memory) -> None:
    """Write the whole chain anew with one fact changed, so that it fits itself."""
    entries, head = (
        journal.entries(memory.engine, memory.dialogue_id),
        beginning(memory.dialogue_id),
    )
    rewrite(memory, "DELETE FROM salts WHERE words = 'none' OR words = 'information'")
    with memory.engine.begin() as connection:
        for e in entries:
            actor = "sponsor" if e.seq == 1 else e.actor
            detail = e.detail | ({"commit": e.commit} if e.commit and e.seq > 1 else {})
            fact = Fact.model_validate(
                {"fact": e.fact, "actor": actor, "subject": e.subject, "detail": detail}
            )
            [row], head = entries_of(memory.dialogue_id, Head(*head), [fact], e.at)
            kept = {key: row[key] for key in ("actor", "detail", "prev", "hash", "seq")}
            connection.execute(
                text(
                    "UPDATE facts SET actor = :actor, detail = :detail, prev = :prev, hash = :hash"
                    " WHERE seq = :seq"
                ),
                kept,
            )
        connection.execute(
            text("UPDATE dialogues SET head_seq = :seq, head_hash = :hash"), head._asdict()
        )


def test_a_chain_that_was_recomputed_is_named_by_a_checkpoint(
    memory: Memory, settings: Settings
) -> None:
    files = kept(memory, settings)
    recompute(memory)
    read = read_checkpoints(memory.engine, settings, files, None)

    assert journal.verify(memory.engine) == []
    assert examine(memory.engine).ok
    found = differences(memory.engine, read)

    assert {(one.dialogue_id, one.witness) for one in found} == {(memory.dialogue_id, "checkpoint")}
    assert len(found) == 2
    assert differences(memory.engine, read, "another-2022") == []


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM anchors WHERE position = 1", "UPDATE anchors SET head = 'x' WHERE position = 0"],
)
def test_a_list_of_heads_that_was_rewritten_is_named(
    memory: Memory, settings: Settings, statement: str
) -> None:
    files = kept(memory, settings)
    rewrite(memory, statement)
    read = read_checkpoints(memory.engine, settings, files, None)
    assert {(one.row, one.witness) for one in differences(memory.engine, read)} == {
        ("anchors", "checkpoint")
    }


def test_a_damaged_checkpoint_is_said_in_words(
    memory: Memory, settings: Settings, tmp_path: Path
) -> None:
    note = kept(memory, settings)[1].read_text(encoding="utf-8")
    bad = tmp_path / "bad"
    for content, said in {
        note[:-20]: "damaged",
        note.replace("\n2\n", "\n3\n"): "was changed after it was signed",
        note.replace("\n\n", "\n"): "damaged",
        "": "damaged",
        "x" * 100_000: "damaged",
        note.replace("\u2014 weerklank", "\u2014 elsewhere"): "another key",
    }.items():
        bad.write_text(content, encoding="utf-8")
        with pytest.raises(CheckpointUnfit, match=said):
            read_checkpoints(memory.engine, settings, [bad], None)
    bad.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CheckpointUnfit, match="damaged"):
        read_checkpoints(memory.engine, settings, [bad], None)


def test_a_key_that_is_lost_or_another_one_is_said_in_words(
    memory: Memory, settings: Settings
) -> None:
    files = kept(memory, settings)
    file = signing_key_file(settings)
    own = file.read_bytes()
    file.unlink()
    with pytest.raises(CheckpointUnfit, match=r"is gone.*--new-key"):
        make_checkpoint(memory.engine, settings, memory.now)
    assert read_checkpoints(memory.engine, settings, files, None)

    fresh = make_checkpoint(memory.engine, settings, memory.now + DAY, new_key=True)
    assert fresh.size == 3
    with pytest.raises(CheckpointUnfit, match="another key"):
        read_checkpoints(memory.engine, settings, files, None)
    file.write_bytes(own)
    with pytest.raises(CheckpointUnfit, match="another key than that of the last"):
        make_checkpoint(memory.engine, settings, memory.now)
    file.write_text("no key", encoding="utf-8")
    with pytest.raises(CheckpointUnfit, match="holds no key"):
        make_checkpoint(memory.engine, settings, memory.now)
    read = read_checkpoints(memory.engine, settings, [max(files[0].parent.iterdir())], fresh.key)
    assert differences(memory.engine, read) == []


@pytest.mark.parametrize("key", ["", "a+b+c", "name+00000000+AQ==", "PRIVATE+KEY+x"])
def test_what_is_no_public_key_is_refused(key: str) -> None:
    with pytest.raises(NoteUnfit):
        read_verifier(key)


def test_one_is_made_a_day_once_there_is_a_journal(memory: Memory, settings: Settings) -> None:
    assert make_daily(memory.engine, settings, memory.now) is None
    assert not signing_key_file(settings).exists()
    memory.open()
    assert make_daily(memory.engine, settings, memory.now)
    assert make_daily(memory.engine, settings, memory.now + DAY / 2) is None
    assert make_daily(memory.engine, settings, memory.now + DAY)
    assert len(list(Path(str(settings.checkpoint_folder)).iterdir())) == 2
    without_folder = load_settings(database_url=memory.url)
    assert make_daily(memory.engine, without_folder, memory.now + 3 * DAY)
    assert len(list(Path(str(settings.checkpoint_folder)).iterdir())) == 2


def test_the_name_of_a_key_names_no_company(memory: Memory, tmp_path: Path) -> None:
    pages = load_settings(database_url=memory.url, base_url="https://dialoog.kledingmerk.example")
    memory.open()
    assert make_checkpoint(memory.engine, pages, memory.now).key.startswith("weerklank/journal/")


def test_a_key_that_may_not_be_read_is_said_in_words(memory: Memory, settings: Settings) -> None:
    memory.open()
    signing_key_file(settings).mkdir()
    with pytest.raises(CheckpointUnfit, match="cannot be read: Is a directory"):
        make_checkpoint(memory.engine, settings, memory.now)


@pytest.mark.slow
def test_ten_thousand_dialogues_take_less_than_a_second(memory: Memory, settings: Settings) -> None:
    memory.open()
    with memory.engine.begin() as connection:
        [one] = connection.execute(DIALOGUES.select()).mappings()
        rows = [dict(one) | {"id": f"d-{i}", "edition": 3000 + i} for i in range(10_000)]
        connection.execute(insert(DIALOGUES), rows)
    began = process_time()
    made = make_checkpoint(memory.engine, settings, memory.now)
    assert process_time() - began < 1
    assert made.size == 10_001
    assert json.dumps(made.note)


def test_a_chain_of_held_facts_that_was_written_anew_is_named(
    memory: Memory, settings: Settings
) -> None:
    """Its head goes into the list whenever that of the journal does, so that no day is told by its being there."""
    memory.open()
    memory.sign()
    made = make_checkpoint(memory.engine, settings, memory.now)
    file = settings.database_url and Path(f"{memory.url.removeprefix('sqlite:///')}.kept")
    assert file
    file.write_text(made.note, encoding="utf-8")
    said = read_checkpoints(memory.engine, settings, [file], None)
    assert differences(memory.engine, said) == []
    rewrite(memory, "DELETE FROM held_facts")
    assert {one.row.split()[0] for one in differences(memory.engine, said)} == {"held_facts"}
    memory.act("note-lesson", {"text": "Begin earlier"})
    assert make_checkpoint(memory.engine, settings, memory.now).size == made.size + 2
