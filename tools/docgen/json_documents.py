"""JSON documents: what each command prints with `--json`, as models of which the JSON Schema is made."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from cli.json_views import SEALED
from cli.step_options.fields import Type
from records.outbox.enqueue import BY_HAND, FAILED, PENDING, SENT, SKIPPED, WITHDRAWN
from states.checks.checks import RULES
from states.model import vocabulary
from states.model.dialogue import Phase
from states.model.duties import KINDS, DutyStatus
from states.model.people import AUDITOR, HELPER, PARTICIPANT, Role
from states.model.sizes.profiles import Floor, GovernedRule, Profile
from states.model.vocabulary import Step
from states.steps.delivery import letters


def _one_of(*values: str) -> Any:  # noqa: ANN401 - a field that the type checker knows as text
    return Field(json_schema_extra={"enum": list(values)})


Moment = Annotated[
    str,
    Field(
        json_schema_extra={
            "format": "date-time",
            "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$",
        }
    ),
]
"""An instant in UTC."""
_SEATS = (*(role.value for role in Role), PARTICIPANT, HELPER, AUDITOR)
Owner = Annotated[str, _one_of(*_SEATS)]
Kind = Annotated[str, _one_of(*(f"{kind}" for kind in KINDS))]
CheckName = Annotated[str, _one_of(*dict.fromkeys(f"{rule.name}" for rule in RULES))]
FactName = Annotated[str, _one_of(*(f"{fact}" for fact in vocabulary.FactName))]
Template = Annotated[str, _one_of(*(f"{template}" for template in letters.KINDS))]
Status = Annotated[str, _one_of(PENDING, SENT, FAILED, WITHDRAWN, BY_HAND, SKIPPED, SEALED)]
Count = Annotated[int, Field(ge=0)]


class Document(BaseModel):
    """No field that is not named; a field without a default is always there."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class UnmetCheck(Document):
    """A check that stands in the way."""

    check: CheckName
    why: str
    """What is missing, and what to do."""


class Refused(Document):
    """Why nothing was done."""

    code: str
    """The reason, for programs: it stays when the sentence is worded better."""
    message: str
    """The reason, for people, in `WEERKLANK_LANGUAGE`."""
    checks: list[UnmetCheck]
    """The checks of the phase that are not met; empty for any other reason."""
    near: list[str]
    """What may have been meant, the nearest first, where a name or an id is not known."""


class Refusal(Document):
    """What every command prints when it is refused, used wrongly or cannot go on; the status is not 0."""

    refused: Refused


class CheckRow(Document):
    """A check to leave the phase (rules 8)."""

    check: CheckName
    ok: bool
    """Whether nothing is missing."""
    strength: Literal["hard", "soft", "shown"]
    overridden: bool
    """Whether somebody passed it with a reason."""
    why: str
    """What is missing and what to do, or that all is in order."""
    source: str
    """Where the check comes from."""


class DialogueRow(Document):
    """One edition of a programme."""

    id: str
    phase: Phase
    since: Moment
    """When this phase was entered."""
    checks: list[CheckRow]
    """The checks to leave this phase; none when it has ended."""


class DutyRow(Document):
    """Who owes what to whom by when (rules 12)."""

    id: str
    dialogue: str
    kind: Kind
    owner: Owner
    whom: str | None = Field(alias="for")
    """Whom or what it is about; null: once for the dialogue."""
    due: Moment
    first_due: Moment
    """What was promised first."""
    status: DutyStatus
    met_at: Moment | None
    late_days: Count
    """Calendar days from the first promise to the end, or to now."""
    version: int
    """Counts how often its due moment was set."""


class FactRow(Document):
    """One entry of the journal: what has happened."""

    at: Moment
    dialogue: str
    fact: FactName
    actor: str
    """A role, a stakeholder, a helper, a pseudonym or `system`."""
    subject: str
    """What it is about: an id, never a name."""
    detail: dict[str, Any]
    """What belongs to this fact: ids, dates, counts and the company's own reasons."""


class NoticeRow(Document):
    """One message to one person because of one rung or one fact."""

    at: Moment
    """When it was sent; while it was not, when it was written."""
    dialogue: str
    to: str
    role: Owner
    template: Template
    duty: str | None
    kind: Kind | None
    rung: str | None
    """`-3wd`, `0`, `+1wd`; null: it follows from a fact."""
    version: int
    status: Status
    channel: str | None
    """How it went; null: it did not."""
    letter: str | None
    """The letter in which it went (`letters`), by its number."""


class LetterRow(Document):
    """What went out together to one reader (rules 40)."""

    id: str
    at: Moment
    to: str
    role: Owner
    kind: letters.Kind
    notices: Count
    """How many messages it holds."""


class RefusedStep(Document):
    """A step of the scenario that was refused."""

    at: Moment
    do: str
    by: str
    code: str
    why: str


class SealRow(Document):
    """Who speaks under seal; for the moderator alone."""

    dialogue: str
    voice: str
    stakeholder: str | None
    """Null: only the moderator's own key opens it, and that was not given."""


class Seen(Document):
    """Dialogues as one viewer may see them: `--as manager` (default), `moderator` or `auditor`."""

    dialogues: list[DialogueRow]
    duties: list[DutyRow]
    """By the moment at which they opened."""
    facts: list[FactRow]
    """By time, then in the order of the journal."""
    notices: list[NoticeRow]
    letters: list[LetterRow]
    refused: list[RefusedStep]
    """Steps of a scenario that were refused; `status` has none."""
    seals: list[SealRow] = []
    """Only with `--as moderator`."""
    paused: list["PausedRow"] = []
    """Only where a programme is paused; `rehearse` has none."""


class EffortPart(Document):
    """One kind of work of a role in a rehearsed life."""

    what: str
    """A step, `read/` and the step of participants that is read, or `letter/` and its kind."""
    number: Count
    minutes: Count


class EffortRow(Document):
    """Letters and estimated hours of one role (docs/effort.md); what is under seal counts with `--as moderator`."""

    role: Role
    letters: Count
    minutes: Count
    hours: float
    """The minutes in hours, to a tenth."""
    parts: list[EffortPart]
    """What the minutes are made of, the dearest first."""


class Rehearsed(Seen):
    """A scenario as it was lived."""

    profile: Profile | None
    """The profile that its programme chose; null: none, and then no weekly overviews are lived."""
    effort: list[EffortRow]
    """Of every role of the programme."""


class ProfileValue(Document):
    """The value of a rule in one profile, and why."""

    profile: Profile
    value: str
    why: str


class GovernedRow(Document):
    """A rule that a profile governs, as it is in one programme (rules 50)."""

    rule: GovernedRule
    value: str
    default: str
    """The value of the profile that was chosen, or of before there were any."""
    own: bool
    """Whether the programme left the default."""
    reason: str | None
    """Why it did."""
    values: list[str]
    """What it can be."""
    profiles: list[ProfileValue]
    floor: str
    """What of it no value leaves."""


class ProfileCost(Document):
    """What a year is expected to cost in a profile, by the register (docs/effort.md)."""

    profile: Profile
    letters: Count
    """To the manager."""
    hours: float
    """Of the manager."""
    checkpoints: Count
    """Letters with a checkpoint to auditor and board, each, at most."""


class FloorRow(Document):
    """What no profile and no value turns off (rules 51)."""

    floor: Floor
    what: str


class ProgrammeProfile(Document):
    """The size of a programme: what it chose, what fits its register, and what each would cost."""

    id: str
    profile: Profile | None
    fits: Profile | None
    """Null while nobody is in the register."""
    invited: Count
    chain_dialogues: Count
    costs: list[ProfileCost]
    rules: list[GovernedRow]
    floors: list[FloorRow]
    changed: bool


class PausedRow(Document):
    """A programme of which no new edition opens; what is owed in open ones goes on."""

    programme: str
    since: Moment
    by: str


class ReceiptFact(Document):
    """A fact that a step brought about."""

    fact: FactName
    actor: str
    subject: str
    detail: dict[str, Any]


class Receipt(Document):
    """What a step brought about."""

    dialogue: str
    phase: Phase
    """The phase after the step."""
    facts: list[ReceiptFact]


class ParameterRow(Document):
    """One thing that comes with a step, or a field of it."""

    name: str
    """As JSON has it (`--with`)."""
    type: Type
    required: bool
    choices: list[str]
    """What it can be; empty: there is no list of it."""
    description: str
    fields: list["ParameterRow"]
    """Of an object, or of each object of a list."""


class StepParameterRow(ParameterRow):
    """One thing that comes with a step, and the option by which it is given."""

    option: str
    """As it is typed: `--success-test`."""


class StepRow(Document):
    """A step: what it does, who may take it and when, and what comes with it."""

    step: Step
    what: str
    by: list[Owner]
    recorded_by: list[Role]
    """Who may record it for a participant, as far as the rules let them."""
    phases: list[Phase]
    """In which it fits."""
    leads_to: Phase | None
    """The phase that it opens; null: the dialogue stays where it is."""
    fields: list[StepParameterRow]


class StepList(Document):
    """All steps, with `--steps`."""

    steps: list[StepRow]


class ProgrammePaused(Document):
    """Why no new edition of a programme opens, and no weekly overview of it is written; what is owed goes on."""

    since: Moment
    by: Annotated[str, _one_of("operator", *(role.value for role in Role))]
    reason: str


class Programme(Document):
    """A programme, and when its next edition opens."""

    id: str
    company: str
    country: str
    time_zone: str
    languages: list[str]
    schedule: str
    """A cron line, in the programme's time zone."""
    roles: list[Role]
    """The roles that somebody holds."""
    opens_at: Moment
    paused: ProgrammePaused | None
    """Why no new edition opens; null: the schedule opens them."""


class AppliedProgramme(Programme):
    """The programme as it is kept now."""

    changed: bool
    fields: list[str]
    """What is not as it was, of roles each by itself: `schedule`, `roles.manager`."""


class ShownProgramme(Programme):
    """A programme with its editions."""

    editions: list[str]
    """The ids of its dialogues."""


class PausedProgramme(Document):
    """A programme that was paused."""

    id: str
    paused: ProgrammePaused


class ResumedProgramme(Document):
    """A programme that goes on."""

    id: str
    opens_at: Moment
    due: bool
    """Whether an opening passed meanwhile, so that one edition opens with the next sweep."""


class Programmes(Document):
    """All programmes."""

    programmes: list[Programme]


class ByHandRow(Document):
    """A message that waits to be given by phone or letter."""

    id: int
    dialogue: str
    to: str
    template: Template
    at: Moment


class ByHand(Document):
    """What waits to be given by hand."""

    by_hand: list[ByHandRow]


class ByHandLetter(ByHandRow):
    """One of them, to read out or to print."""

    phone: str | None
    """Null when none is known, or when only the moderator may know it."""
    subject: str
    text: str


class Heard(Document):
    """How many of the mails that came back said what."""

    now: Moment
    recorded: Count
    """Did not arrive: a fact now."""
    known: Count
    passing: Count
    """Late; the mail server tries again."""
    unread: Count
    """Not understood: a person must read it."""
    accepted: Count
    """A calendar said yes; so for the next ones."""
    declined: Count
    maybe: Count
    so_already: Count = Field(alias="so-already")
    noted: Count
    role_away: Count = Field(alias="role-away")
    refused: Count
    foreign: Count
    """Names no mail of ours."""
    no_report: Count = Field(alias="no-report")


class UnreadRow(Document):
    """A message about which something came back that nobody understood."""

    id: int
    dialogue: str
    to: str
    template: Template


class Unread(Document):
    """What a person must read."""

    unread: list[UnreadRow]


class Said(Document):
    """What was said of one message with `--record` or `--nothing`."""

    now: Moment
    id: int
    what: Literal["recorded", "looked-at", "known"]
    changed: bool


class Swept(Document):
    """What time did, without what would tell how far words to a voice under seal came."""

    now: Moment
    opened: list[str]
    """Editions that a schedule opened."""
    duties: Count
    notices: Count
    lapses: Count
    no_answers: Count
    skipped: Count
    """Rungs that a higher one overtook."""
    failed: Count
    """Duties on which time could not act."""
    held: list[str]
    """Dialogues that somebody else held to the end."""


class Delivered(Document):
    """What one round of delivery did, in numbers of letters; without those to voices under seal."""

    now: Moment
    sent: Count
    by_hand: Count
    withdrawn: Count
    later: Count
    """A passing failure: tried again."""
    failed: Count
    """Refused for good: a fact."""
    quarantined: Count
    """Could not be written: set aside."""
    without_place: Count
    """Connections that were not made."""
    stopped: str | None
    """Why the round stopped early."""


class HearingRow(Document):
    """One notice that would be written, or would leave the outbox; none to a voice under seal."""

    dialogue: str
    duty: str | None
    rung: str | None
    letter: int | None
    """Which rows would go in one letter; null: they would not go yet."""
    to: str
    role: Owner
    template: Template
    how: Annotated[str, _one_of("written", SENT, BY_HAND, WITHDRAWN, SKIPPED, FAILED)]
    """`written`: it would wait in the outbox for the next delivery."""


class ChangeRow(Document):
    """One fact that would be recorded."""

    dialogue: str
    fact: FactName
    subject: str


class Foreseen(Document):
    """With `--dry-run`: what would happen; nothing has."""

    dry_run: Literal[True]
    hears: list[HearingRow]
    """Who would hear what, in the order in which it would be written."""
    changes: list[ChangeRow]
    sign_ins: list[Role]
    """The roles whose sign-in would end, and who would be told so."""


class ForeseenProgramme(Foreseen):
    """A programme, with `--dry-run`."""

    report: AppliedProgramme


class ForeseenOpening(Foreseen):
    """An opening, with `--dry-run`."""

    report: Receipt


class ForeseenSweep(Foreseen):
    """A sweep, with `--dry-run`."""

    report: Swept


class ForeseenDelivery(Foreseen):
    """A delivery, with `--dry-run`, if the mail server takes every letter; without what goes to voices under seal."""

    report: Delivered


class JournalEntry(FactRow):
    """A fact with its place in the chain."""

    seq: int
    """Its number; 0 of what a voice under seal did and the journal does not hold: the moderator alone is shown it."""
    hash: str
    commit: str | dict[str, str] | None = None
    """What binds the words that it is about, one or one for each; left out where there are none, and of old facts."""


class Journal(Document):
    """The facts of one dialogue."""

    dialogue: str
    entries: list[JournalEntry]


class JournalHead(Document):
    """How long a journal is, and its last hash."""

    dialogue: str
    entries: Count
    head: str


class JournalBreak(Document):
    """An entry that was changed, left out or put in."""

    dialogue: str
    seq: int
    what: str
    witness: Literal["chain"]


class JournalDifference(Document):
    """Something that the database tells otherwise than the journal."""

    dialogue: str
    row: str
    """Table and key, such as `contributions c1`."""
    field: str
    """Which of its fields; empty: the row as a whole."""
    journal: str
    database: str
    """What each of the two says; of words never the words themselves."""
    witness: Literal["replay", "commitment", "checkpoint", "held", "time-stamp"]
    """
    Whose witness says so: the facts, told again, the commitment of a fact, a checkpoint kept elsewhere, the facts that
    were held back for the end of a day, or the time stamp of a checkpoint.
    """


class SignedCheckpoint(Document):
    """What all journals were, signed."""

    size: Count
    """How many heads of journals are in the list."""
    key: str
    """The public key, as verifiers of signed notes take it."""
    checkpoint: str
    """The signed note itself."""


class UnboundWords(Document):
    """A dialogue with words from before facts bound words."""

    dialogue: str
    before: Moment | None
    """Since when its words are bound; null: not yet."""


class UnfitLetter(Document):
    """A letter whose checkpoint says otherwise than the journal."""

    file: str
    date: Moment | None
    """By its own header; null: it has none that can be read."""
    size: Count
    """How many heads of journals its checkpoint is about."""


class KeptLetters(Document):
    """What letters that somebody kept say of the journal, how many of each kind."""

    fits: Count
    differs: Count
    without: Count
    """From before the first checkpoint, or none of ours."""
    damaged: Count
    foreign: Count
    """Signed by another key."""
    unfit: list[UnfitLetter]
    """Those that differ, in the order of their dates."""
    fit_until: Moment | None
    """The date of the newest letter that fits and is older than all that do not."""
    keys: list[str]
    """The keys of the foreign ones."""


class TimeStamp(Document):
    """What an authority outside says of a checkpoint."""

    size: Count
    """How many heads of journals the checkpoint is about."""
    at: Moment | None
    """When it was there; null: the stamp does not hold."""
    holds: bool


class Verified(Document):
    """Whether nobody changed the past; the status is 1 when somebody did."""

    ok: bool
    journals: list[JournalHead]
    breaks: list[JournalBreak]
    differences: list[JournalDifference]
    unbound: list[UnboundWords]
    letters: KeptLetters | None
    """With `--from-maildir`; null without."""
    stamps: list[TimeStamp]
    """With `--timestamp-ca`; none without."""


class Upgraded(Document):
    """The version of the tables before and after."""

    before: str | None = Field(alias="from")
    to: str
    changed: bool


class AlarmReceiver(Document):
    """Who hears the alarms, as far as that is no secret."""

    kind: str
    """What stands behind the address: webhook, e-mail, Slack, Microsoft Teams …"""
    host: str | None
    """Its host; null where the host is the secret."""


class AlarmNamed(Document):
    """Who hears the alarms; null: nobody."""

    receiver: AlarmReceiver | None


class AlarmRung(AlarmNamed):
    """What became of the alarm that was rung; the status is 1 when it was not delivered."""

    delivered: bool
    why: str
    """Why it was not delivered; empty when it was."""


class Finding(Document):
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "warn", "bad"]
    says: str
    since: Moment | None
    advice: str | None
    """What to do."""


class Examined(Document):
    """Whether everything that must run is running; the status is 1 when it is not."""

    ok: bool
    at: Moment
    findings: list[Finding]


class WrittenIn(Document):
    """How many sentences or letters are *written*, *of* how many."""

    written: Count
    of: Count


class WrittenParts(Document):
    """What is written in a language, by its parts."""

    pages: WrittenIn
    law: WrittenIn
    words: WrittenIn
    letters: WrittenIn


class ReadBy(Document):
    """Who read all of a language as their own, and when they had."""

    name: str
    on: str


class Copied(Document):
    """A copy of the records that was made and checked."""

    copy_: str = Field(alias="copy")
    """The file."""
    bytes: Count
    removed: list[str]
    """Older copies that were taken away, because only so many are kept."""


class PutBack(Document):
    """A copy that was put in the place of the records."""

    copy_: str = Field(alias="copy")
    place: str
    """The file or the address of the records, without a password."""
    kept: str | None
    """Where the records of before are now: a file, on PostgreSQL a schema; null: there were none."""
    tables: str
    """The version of the tables in the copy."""
    outdated: bool
    """Whether they wait for `weerklank db upgrade`."""
    verified: bool
    """Whether all journals were held against the rows and found true; false: the tables are too old for that."""
    checksum: bool
    """Whether the copy was held against a checksum beside it (`COPY.sha256`)."""
    differences: int
    """In how many places its rows differ from its journal, as they did when it was made."""
    programmes: Count
    dialogues: Count
    facts: Count
    newest: Moment | None
    """When the newest fact happened."""
    swept: Moment | None
    """When the records of before were last swept, if that was lately: whoever did it may do so again."""
    next: list[str]
    """What is to be done now, in this order."""


class ReportedSetting(Document):
    """One setting of this installation; nothing secret is in it."""

    variable: str
    value: bool | int | float | str | list[str] | None
    """As it may be shown: `(hidden)` stands for what is secret; null: it is not set."""
    origin: Literal["default", "environment", "file"]
    """Whence it comes: `file` is the one that the same variable with `_FILE` behind it names."""
    file: str | None
    """The file from which it was read."""
    secret: bool
    unfit: str | None
    """What is wrong with it and what is allowed; null: nothing."""


class UnknownVariable(Document):
    """A variable that looks like ours and sets nothing: most likely a typing error."""

    variable: str
    near: str | None
    """The variable that was most likely meant."""


class Configured(Document):
    """Every setting with its value and where that comes from; the status is 1 when it is not `ok`."""

    ok: bool
    """Whether the house can begin its work with these settings."""
    settings: list[ReportedSetting]
    unknown: list[UnknownVariable]
    unfit: list[str]
    """What does not fit together; asked once each setting is fit by itself."""


class LanguageRow(Document):
    """A language that the house writes."""

    code: str
    name: str
    """In its own words."""
    english: str
    direction: Literal["ltr", "rtl"]
    complete: Literal["all", "participants"]
    """Whether all is written in it, or what participants meet alone."""
    first: bool
    """Whether it is offered first, and is that of whoever names none."""
    written: WrittenParts
    reviewed_by: list[ReadBy]


class Languages(Document):
    """The languages that the house writes, the first one first."""

    languages: list[LanguageRow]


class RecipientRow(Document):
    """What the company wrote of a recipient of data outside it."""

    recipient: str
    country: str
    safeguard: str
    contract_on: str
    ends_on: str | None
    measures: str


class OutsideRow(Document):
    """A way by which data leaves the company, or a role abroad (`role:` and its name)."""

    way: str
    title: str
    data: str
    row: RecipientRow | None
    """null: still to be filled in."""
    ended: bool
    """Whether that contract is over."""


class ControllerRow(Document):
    """Who is accountable."""

    name: str
    contact: str
    ground: str
    officer: str
    joint: str


class ProcessingActivity(Document):
    """One thing that is done with personal data."""

    id: str
    title: str
    purpose: str
    people: str
    data: str
    recipients: str
    term: str


class ProcessingRecord(Document):
    """The record of processing, in one language."""

    company: str
    made_on: str
    language: str
    programmes: list[str]
    controller: ControllerRow | None
    """null: still to be filled in."""
    activities: list[ProcessingActivity]
    outside: list[OutsideRow]
    measures: list[str]


class AssessedRisk(Document):
    """What could go wrong, what stands against it, and what remains."""

    id: str
    risk: str
    against: str
    remains: str


class ImpactAssessment(Document):
    """The start of an impact assessment, in one language."""

    company: str
    made_on: str
    language: str
    why: list[str]
    questions: list[str]
    risks: list[AssessedRisk]


class SignIn(Document):
    """A link for one reader."""

    address: str
    name: str
    until: Moment
    once: bool
    """Whether it works once, for somebody who then has a password."""


class Revoked(Document):
    """How many links and open pages were ended."""

    name: str
    ended: Count


class DemoDialogue(Document):
    """An edition that was lived."""

    id: str
    phase: Phase


class DemoAnswer(Document):
    """How one answer ended."""

    status: DutyStatus
    late_days: Count


class PrefectRun(Document):
    """One run of a flow."""

    flow: str
    name: str
    state: str
    tags: list[str]


class PrefectArtifact(Document):
    """What a run left on Prefect's pages."""

    key: str | None
    type: str | None


class PrefectSeconds(Document):
    """How long it took."""

    server: float
    """Until the server was well."""
    flows: float


class PrefectRuns(Document):
    """What ran against a real Prefect server."""

    programmes: Count
    runs: list[PrefectRun]
    artifacts: list[PrefectArtifact]
    events: dict[str, Count]
    """How many of each kind of ours."""
    seconds: PrefectSeconds


class PrefectFailed(Document):
    """Why Prefect did not run; the year was lived all the same."""

    error: str


class Demo(Document):
    """Where the demonstration left what, and what came of it."""

    folder: str
    database: str
    mail: str
    story: str
    dialogues: list[DemoDialogue]
    answers: dict[str, DemoAnswer]
    """By whom they were for."""
    messages: Count
    refused: Count
    """Steps that were refused."""
    seconds: float
    prefect: PrefectRuns | PrefectFailed = PrefectFailed(error="")
    """What ran against a real Prefect server; left out with `--no-prefect`."""


class PinRenewed(Document):
    """A code with which a participant chooses another PIN, told once."""

    dialogue: str
    stakeholder: str
    code: str
    days: Count
    """For how many days it is good."""


class SealKeyTaken(Document):
    """The key for which seals are stored from now on; no secret is in it."""

    programme: str
    key: str
    """What seals call it by."""
    recipient: str
    """The public half of the moderator's key, as age reads it."""
    recovery: str
    """The public half of the recovery share."""
    earlier: bool
    """Whether there was a key before: what that one closed waits for `seals move`."""
    key_file: str | None = None
    recovery_file: str | None = None


class SealKeyRow(Document):
    """A key of a moderator; how many seals are stored for it is not told."""

    key: str
    made_at: Moment
    made_by: str
    recipient: str
    recovery: str
    in_use: bool
    """Whether new seals are stored for it."""


class SealKeys(Document):
    """The keys of a programme, the newest first: for that one new seals are stored."""

    programme: str
    keys: list[SealKeyRow]
    """None: whoever reads the database can read who spoke under seal."""


class OpenedSeal(Document):
    """Who speaks under a pseudonym; null: it is closed for another key."""

    voice: str
    stakeholder: str | None


class OpenedSeals(Document):
    """The seals of a dialogue, as far as the key opens them; for the moderator alone."""

    dialogue: str
    seals: list[OpenedSeal]


class SealsMoved(Document):
    """What an earlier key or a recovery share moved to the newest key."""

    programme: str
    moved: bool
    """Whether there was anything that it opens."""
    left: bool
    """Whether something waits for another key."""


class SealCode(Document):
    """A code for whoever speaks under a pseudonym, told once."""

    dialogue: str
    voice: str
    code: str


DOCUMENTS: dict[str, tuple[type[Document], ...]] = {
    "demo": (Demo,),
    "rehearse": (Rehearsed,),
    "programme apply": (AppliedProgramme, ForeseenProgramme),
    "programme list": (Programmes,),
    "programme show": (ShownProgramme,),
    "programme profile": (ProgrammeProfile,),
    "programme pause": (PausedProgramme,),
    "programme resume": (ResumedProgramme,),
    "open": (Receipt, ForeseenOpening),
    "act": (Receipt, StepList),
    "status": (Seen,),
    "sweep": (Swept, ForeseenSweep),
    "deliver": (Delivered, ForeseenDelivery),
    "bounces": (Heard, Unread, Said),
    "by-hand list": (ByHand,),
    "by-hand show": (ByHandLetter,),
    "by-hand done": (Receipt,),
    "by-hand bring": (Receipt,),
    "sign-in": (SignIn, Revoked),
    "pins renew": (PinRenewed,),
    "seals make-key": (SealKeyTaken,),
    "seals register": (SealKeyTaken,),
    "seals status": (SealKeys,),
    "seals open": (OpenedSeals,),
    "seals move": (SealsMoved,),
    "seals code": (SealCode,),
    "journal show": (Journal,),
    "journal checkpoint": (SignedCheckpoint,),
    "journal verify": (Verified,),
    "db upgrade": (Upgraded,),
    "backup": (Copied,),
    "restore": (PutBack,),
    "config": (Configured,),
    "doctor": (Examined,),
    "alarm set": (AlarmNamed,),
    "alarm show": (AlarmNamed,),
    "alarm test": (AlarmRung,),
    "languages": (Languages,),
    "privacy record": (ProcessingRecord,),
    "privacy dpia": (ImpactAssessment,),
}
"""What each command prints when it was not refused; several: it depends on its options."""
