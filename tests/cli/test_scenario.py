"""Scenario files: what is sound is read, all else is named with its place, its value and what is allowed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.rehearsal.scenario import parse_scenario, read_scenario
from cli.yaml_input import SIZE_LIMIT, BadDocument

CASE = Path(__file__).parents[2] / "cli" / "data" / "kledingmerk-2022.yaml"
SOURCE = CASE.read_text(encoding="utf-8")


def _problems(text: str) -> list[str]:
    with pytest.raises(BadDocument) as bad:
        parse_scenario(text)
    return [str(problem) for problem in bad.value.problems]


def _changed(old: str, new: str) -> str:
    assert old in SOURCE
    return SOURCE.replace(old, new, 1)


def _line_of(old: str) -> int:
    return SOURCE[: SOURCE.index(old)].count("\n") + 1


def test_the_case_is_read() -> None:
    scenario = read_scenario(CASE)
    assert scenario.start == datetime(2021, 12, 10, 8, 0, tzinfo=UTC)
    assert scenario.dialogue.session == datetime(2022, 6, 16, 11, 0, tzinfo=UTC)
    assert len(scenario.stakeholders) == 12
    assert len(scenario.acts) == 75


def test_acts_come_in_the_order_of_their_moments_and_equal_ones_in_file_order() -> None:
    acts = read_scenario(CASE).in_order()
    assert [act.at for act in acts] == sorted(act.at for act in acts)
    present = [act.given["stakeholder"] for act in acts if act.do == "record-attendance"]
    assert present[:3] == ["ngo-kritisch", "ngo-kinderrechten", "vakbond-nl"]


@pytest.mark.parametrize(
    ("old", "new", "where", "said"),
    [
        (
            "time_zone: Europe/Amsterdam",
            "time_zone: Europe/Amsterdan",
            "programme.time_zone",
            "'Europe/Amsterdan'",
        ),
        ("country: NL\n", "country: nl\n", "programme.country", "two capitals"),
        ('schedule: "0 9 1 12 *"', 'schedule: "0 9 32 12 *"', "programme.schedule", "0 9 32 12 *"),
        ("layer: proxy", "layer: proxi", "stakeholders[0].layer", "'representative'"),
        ("weight: 5", "weight: 9", "risks[0].weight", "'9'"),
        (
            "email: campagne@ngo-kritisch.example",
            "email: campagne",
            "stakeholders[0].email",
            "campagne",
        ),
        (
            "email: imvo@kledingmerk.example",
            '"email": "a@b.example\\nBcc: c@d.example"',
            "programme.roles.manager.email",
            "",
        ),
        ("do: approve-analysis}", "doe: approve-analysis}", "acts[0].doe", "do you mean do?"),
        (
            "with: {check: home-share,",
            "with: [home-share], x: {",
            "acts[1].with",
            "names with a value",
        ),
        ("session: 2022-06-16T13:00", "session: 2022-06-16", "dialogue.session", "names no hour"),
        (
            "do: approve-analysis}",
            "do: aprove-analysis}",
            "acts[0].do",
            "do you mean approve-analysis?",
        ),
        ("do: approve-analysis}", "do: frobnicate}", "acts[0].do", "weerklank act --steps"),
        ("{check: home-share,", "{chek: home-share,", "acts[1].with.chek", "do you mean check?"),
        (
            "with: {check: home-share,",
            "with: {colour: red,",
            "acts[1].with.colour",
            "known are check, reason",
        ),
        ("by: ngo-kritisch", "by: ngo-kritsch", "acts[5].by", "do you mean ngo-kritisch?"),
        ("edition: 2022\n", "edition: two\n", "dialogue.edition", "'two'"),
        ("edition: 2022\n", "edition: 2022\n  edition: 2023\n", "dialogue.edition", "twice"),
        ("roles:\n", "roles:\n    managr: {name: x}\n", "programme.roles.managr", "'manager'"),
        ("until: 2023-03-31T00:00", "until: 2020-01-01T00:00", "until", "before start"),
        (
            "risks:\n",
            "policy: {due: {sign-strategy: soon}}\nrisks:\n",
            "policy.due.sign-strategy",
            "'soon'",
        ),
        (
            "risks:\n",
            "outages: [{from: 2022-02-02, to: 2022-02-02}]\nrisks:\n",
            "outages[0].to",
            "after from",
        ),
        (
            "id: ngo-kinderrechten",
            "id: ngo-kritisch",
            "stakeholders[1].id",
            "taken by stakeholders[0]",
        ),
        ("id: wages-tr", "id: Wages TR", "risks[1].id", "small letters"),
        (
            "feedback_by: 2022-09-08",
            "feedback_by: 2022-02-30",
            "dialogue.information.feedback_by",
            "2022-02-30",
        ),
    ],
)
def test_an_error_names_the_line_the_path_the_value_and_what_is_allowed(
    old: str, new: str, where: str, said: str
) -> None:
    problems = _problems(_changed(old, new))
    (found,) = [problem for problem in problems if f"{where}: " in problem]
    assert said in found
    assert found.startswith("line ")
    assert abs(int(found.split(",")[0].removeprefix("line ")) - _line_of(old)) <= 1


def test_all_errors_are_listed_at_once() -> None:
    text = (
        _changed("layer: proxy", "layer: proxi")
        .replace("weight: 4", "weight: 0")
        .replace("do: invite-all", "does: x")
    )
    problems = _problems(text)
    assert {problem.split(": ")[0].split(", ")[1] for problem in problems} == {
        "stakeholders[0].layer",
        "risks[1].weight",
        "acts[4].do",
        "acts[4].does",
    }


def test_missing_parts_are_named() -> None:
    assert [problem.split(": ")[0].split(", ")[1] for problem in _problems("risks: []")] == [
        "start",
        "programme",
        "dialogue",
    ]


@pytest.mark.parametrize("moment", ["2022-03-27T02:30", "2022-10-30T02:30"])
def test_local_times_that_summer_time_skips_or_doubles_are_refused(moment: str) -> None:
    (problem,) = _problems(_changed("at: 2022-02-01T10:00", f"at: {moment}"))
    assert "acts[0].at" in problem
    assert moment in problem
    assert "Europe/Amsterdam" in problem


def test_a_doubled_time_with_its_offset_is_accepted() -> None:
    scenario = parse_scenario(_changed("at: 2022-02-01T10:00", 'at: "2022-10-30T02:30+01:00"'))
    assert scenario.acts[0].at == datetime(2022, 10, 30, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "moment", ["20211210", "1639123200", "true", "yesterday", "2021-13-01T09:00", "[]"]
)
def test_what_is_no_moment_is_refused(moment: str) -> None:
    assert any(
        "start: " in problem
        for problem in _problems(_changed("start: 2021-12-10T09:00", f"start: {moment}"))
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("just words", "list of keys"),
        ("- a\n- b", "list of keys"),
        ("a: [1, 2", "no sound YAML"),
        ("a: !!python/object/apply:os.system [ls]", "no sound YAML"),
        ("a: &x [*x]", "refers to itself"),
        ("[" * 5000, "nested too deeply"),
        ("a: 2\x00", "no sound YAML"),
        ("? [a, b]\n: c", "plain text"),
    ],
)
def test_what_is_no_sound_yaml_is_refused(text: str, said: str) -> None:
    (problem,) = _problems(text)
    assert said in problem


def test_a_few_lines_that_unfold_to_millions_are_refused() -> None:
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in range(1, 9):
        text += f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n"
    (problem,) = _problems(text)
    assert "more than" in problem


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    large, latin = tmp_path / "large.yaml", tmp_path / "latin.yaml"
    large.write_bytes(b"#" * (SIZE_LIMIT + 1))
    latin.write_bytes(b"a: b\ncompany: caf\xe9")
    for file, said in (
        (large, "5 MB"),
        (latin, "line 2: is not UTF-8"),
        (tmp_path, "cannot be read"),
        (tmp_path / "no", "no"),
    ):
        with pytest.raises(BadDocument, match=said):
            read_scenario(file)


def test_words_that_yaml_likes_to_change_stay_what_they_are() -> None:
    text = _changed("country: BD, tier: 1", "country: NO, tier: 1").replace(
        "heard: yes", "heard: on", 1
    )
    text = text.replace(
        "critical: true, at_risk: false, speaks_for: [wages-bd, spinning-in]",
        "critical: yes, at_risk: no",
    )
    scenario = parse_scenario(text)
    assert scenario.risks[0].country == "NO"
    assert (scenario.stakeholders[0].critical, scenario.stakeholders[0].at_risk) == (True, False)
    verdicts = [act.given["heard"] for act in scenario.acts if act.do == "give-verdict"]
    assert verdicts == ["partly", "on", "yes"]


def test_what_comes_with_an_act_is_left_to_the_law() -> None:
    scenario = parse_scenario(
        _changed("do: approve-analysis}", "do: give-verdict, with: {heard: true, comment: 5}}")
    )
    assert scenario.acts[0].given == {"heard": True, "comment": 5}


def test_empty_lists_and_an_empty_with_are_no_error() -> None:
    scenario = parse_scenario(SOURCE + "\noutages:\nbounces:\npolicy:\n")
    assert (scenario.outages, scenario.bounces, scenario.policy) == ((), (), {})
    assert (
        parse_scenario(_changed("do: approve-analysis}", "do: approve-analysis, with: }"))
        .acts[0]
        .given
        == {}
    )


def test_acts_may_name_another_edition() -> None:
    scenario = parse_scenario(
        _changed("do: approve-analysis}", "do: approve-analysis, edition: 2023}")
    )
    assert scenario.acts[0].edition == 2023


def test_until_may_come_from_outside(tmp_path: Path) -> None:
    file = tmp_path / "open.yaml"
    file.write_text(_changed("until: 2023-03-31T00:00", ""), encoding="utf-8")
    assert read_scenario(file, until="2022-09-09").until == datetime(2022, 9, 8, 22, 0, tzinfo=UTC)
    for wrong in ("soon", "2022-03-27T02:30", "2020-01-01"):
        with pytest.raises(BadDocument, match="until"):
            read_scenario(file, until=wrong)
    with pytest.raises(BadDocument, match="until: is missing"):
        read_scenario(file)


def test_policy_values_of_programme_and_scenario_are_laid_over_each_other() -> None:
    text = _changed(
        "  roles:", "  policy: {due: {sign-strategy: S+9w}, limits: {top_risks: 2}}\n  roles:"
    )
    lived = parse_scenario(text + "\npolicy: {due: {sign-strategy: S+8w}}\n").own_programme()
    assert lived.policy == {"due": {"sign-strategy": "S+8w"}, "limits": {"top_risks": 2}}
