"""The checker of messages and views finds what Slack would refuse, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.slack import problems_in_message, problems_in_view, sizes

Json = dict[str, Any]

PUBLISHED = Path(__file__).resolve().parents[2] / "shared" / "data" / "slack"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "Hello", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text)} | more


def button(**more: Any) -> Json:
    return {"type": "button", "action_id": "go", "text": plain("Go")} | more


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def choice(kind: str = "static_select", many: int = 2, **more: Any) -> Json:
    options = [{"text": plain(f"Option {n}"), "value": str(n)} for n in range(many)]
    return {"type": kind, "action_id": "pick", "options": options} | more


def asked(element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": "why", "label": plain("Why?"), "element": element} | more


TYPED: Json = {"type": "plain_text_input", "action_id": "typed"}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("Form"), "submit": plain("Send"), "blocks": list(blocks)} | more


def in_blocks(*blocks: Json) -> list[str]:
    return problems_in_message({"text": "Hello", "blocks": list(blocks)}, says_it_all=False)


FINE = [
    section("x" * 3_000),
    section(fields=[plain("x" * 2_000)] * 5),
    section(accessory=button(text=plain("x" * 75), value="x" * 2_000)),
    {"type": "header", "text": plain("x" * 150)},
    {
        "type": "context",
        "elements": [mrkdwn("x"), {"type": "image", "image_url": "https://x.org/a", "alt_text": "A"}],
    },
    actions(button(), choice("checkboxes", 10), choice(action_id="other", many=100)),
    asked(TYPED),
    asked(choice("multi_static_select", 100)),
    asked({"type": "datetimepicker", "action_id": "at"}),
    {"type": "image", "image_url": "https://x.org/a", "alt_text": "A"},
    {"type": "divider"},
    {"type": "markdown", "text": "# Hi"},
]

WRONG = [
    (section("x" * 3_001), "3001 characters, at most 3000"),
    (section(""), "must not be empty"),
    (section(fields=[plain("x" * 2_001)]), "at most 2000"),
    ({"type": "section"}, "text or fields"),
    ({"type": "header", "text": mrkdwn("Hi")}, "must be plain_text"),
    ({"type": "header", "text": plain("x" * 151)}, "at most 150"),
    ({"type": "context", "elements": [plain("x")] * 11}, "11 items, at most 10"),
    ({"type": "tabel"}, "unknown block type"),
    ({"type": "alert", "text": plain("x")}, "not allowed in a message"),
    ({"type": "image", "image_url": "https://x.org/a"}, "alt_text"),
    ({"type": "divider", "color": "red"}, "unknown key 'color'"),
    (actions(*[button(action_id=str(n)) for n in range(26)]), "26 items, at most 25"),
    (actions(button(), button()), "action_id 'go' is used 2 times"),
    (actions(TYPED), "plain_text_input is not allowed in a actions block"),
    (actions(choice("multi_static_select")), "multi_static_select is not allowed"),
    (actions(button(text=plain("x" * 76))), "at most 75"),
    (actions(button(value="x" * 2_001)), "at most 2000"),
    (actions(button(style="loud")), "primary or danger"),
    (actions(button(colour="red")), "unknown key 'colour'"),
    (actions(button(text=plain("Go") | {"verbatim": True})), "unknown key 'verbatim'"),
    (actions(button(confirm={"title": plain("Sure?"), "text": plain("x" * 301)})), "at most 300"),
    (actions(choice("radio_buttons", 11)), "11 items, at most 10"),
    (actions(choice("checkboxes", 11)), "11 items, at most 10"),
    (actions(choice("overflow", 6)), "6 items, at most 5"),
    (actions(choice(many=101)), "101 items, at most 100"),
    (actions(choice(many=0)), "something in it"),
    (actions(choice(options=[{"text": plain("x" * 76), "value": "1"}])), "at most 75"),
    (actions(choice(options=[{"text": plain("x"), "value": "1" * 151}])), "at most 150"),
    (actions(choice(options=[{"text": mrkdwn("x"), "value": "1"}])), "must be plain_text"),
    (actions(choice(options=[{"text": plain("x"), "value": "1"}] * 2)), "same value"),
    (actions(choice(initial_option={"text": plain("x"), "value": "9"})), "not among the options"),
    (
        asked(choice("checkboxes", initial_options=[{"text": plain("x"), "value": "9"}])),
        "not among the options",
    ),
    (actions(choice(placeholder=plain("x" * 151))), "at most 150"),
    (
        asked({"type": "number_input", "action_id": "n", "is_decimal_allowed": False}),
        "not allowed in a message",
    ),
    (asked(button()), "button is not allowed in a input"),
    (asked(TYPED | {"max_length": 3_001}), "between 0 and 3000"),
    (asked(TYPED, label=mrkdwn("Why?")), "must be plain_text"),
]


@pytest.mark.parametrize("block", FINE, ids=lambda block: block["type"])
def test_what_slack_takes_is_no_problem(block: Json) -> None:
    assert in_blocks(block) == []


@pytest.mark.parametrize(("block", "problem"), WRONG, ids=range(len(WRONG)))
def test_what_slack_refuses_is_one(block: Json, problem: str) -> None:
    assert any(problem in one for one in in_blocks(block)), in_blocks(block)


def test_a_message_has_fifty_blocks_and_a_view_a_hundred() -> None:
    assert in_blocks(*[{"type": "divider"}] * 50) == []
    assert in_blocks(*[{"type": "divider"}] * 51) == ["blocks: 51 items, at most 50"]
    assert problems_in_view({"type": "home", "blocks": [{"type": "divider"}] * 100}) == []
    assert problems_in_view({"type": "home", "blocks": [{"type": "divider"}] * 101}) != []


def test_block_ids_are_unique_in_a_payload() -> None:
    assert in_blocks(section(block_id="a"), section(block_id="a")) == ["blocks: block_id 'a' is used 2 times"]


def test_all_texts_of_a_message_together_have_a_limit() -> None:
    assert in_blocks(*[section("x" * 3_000)] * 4) == []
    assert in_blocks(*[section("x" * 3_000)] * 5) == ["blocks: 15000 characters together, at most 13000"]


def test_a_text_may_be_longer_in_a_post_than_in_an_edit() -> None:
    assert problems_in_message({"text": "x" * 40_000}) == []
    assert problems_in_message({"text": "x" * 4_001}, edit=True) == ["text: 4001 characters, at most 4000"]


def test_text_says_what_the_blocks_say() -> None:
    blocks = [
        {"type": "header", "text": plain("Demo day")},
        section("*Friday* in <#C1>, see <https://x.org|the plan>"),
        {"type": "context", "elements": [mrkdwn("_Ann_ looks after it")]},
    ]
    whole = "Demo day: Friday in <#C1>, see the plan. Ann looks\nafter it"
    assert problems_in_message({"text": whole, "blocks": blocks}) == []
    assert problems_in_message({"text": "Demo day", "blocks": blocks[:2]}) == [
        "text: does not say '*Friday* in <#C1>, see <https://x.org|the plan>'"
    ]
    assert problems_in_message({"text": "Demo day", "blocks": blocks}, says_it_all=False) == []
    assert problems_in_message({"blocks": [section("x" * 2_001)]}) == ["text: must not be empty"]
    assert problems_in_message({"text": "Long", "blocks": [section("x" * 2_001)]}) == []


@pytest.mark.parametrize("call", ["<!channel>", "<!here>", "<!everyone>", "<!here|here>"])
def test_nobody_wakes_everybody(call: str) -> None:
    assert "wakes everybody" in problems_in_message({"text": f"Hi {call}"})[0]
    assert "wakes everybody" in problems_in_view({"type": "home", "blocks": [section(call)]})[0]
    assert problems_in_message({"text": "&lt;!channel&gt;"}) == []
    assert problems_in_view({"type": "home", "blocks": [section(text="x", fields=[plain(call)])]}) == []


@pytest.mark.parametrize(
    ("view", "problem"),
    [
        (modal(asked(TYPED), submit=None), "required, because the modal has inputs"),
        (modal(section(), title=plain("x" * 25)), "at most 24"),
        (modal(section(), submit=plain("x" * 25)), "at most 24"),
        (modal(section(), close=plain("x" * 25)), "at most 24"),
        (modal(section(), private_metadata="x" * 3_001), "at most 3000"),
        (modal(section(), callback_id="x" * 256), "at most 255"),
        (modal(section(), colour="red"), "unknown key 'colour'"),
        (modal(), "must not be empty"),
        (modal({"type": "markdown", "text": "x"}), "not allowed in a modal"),
        (
            modal(*[asked(TYPED | {"initial_value": "x" * 3_000}) | {"block_id": str(n)} for n in range(90)]),
            "bytes",
        ),
        ({"type": "home", "blocks": [section()], "title": plain("x")}, "unknown key 'title'"),
        ({"type": "tab", "blocks": []}, "unknown type 'tab'"),
    ],
    ids=range(12),
)
def test_a_view_slack_would_refuse(view: Json, problem: str) -> None:
    assert any(problem in one for one in problems_in_view(view)), problems_in_view(view)


def test_number_inputs_are_for_modals() -> None:
    number = {"type": "number_input", "action_id": "n", "is_decimal_allowed": False}
    assert problems_in_view(modal(asked(number))) == []
    assert problems_in_view({"type": "home", "blocks": [asked(number)]}) != []


@pytest.mark.skipif(not PUBLISHED.exists(), reason="Slack's published limits are not beside this checkout")
def test_our_numbers_are_the_published_ones() -> None:
    published = json.loads((PUBLISHED / "block_limits.json").read_text())
    ours = {
        "text.max_length": sizes.ANY_TEXT,
        "action_id.max_length": sizes.ACTION_ID,
        "block_id.max_length": sizes.BLOCK_ID,
        "button.text.max_length": sizes.BUTTON_TEXT,
        "button.url.max_length": sizes.URL,
        "button.value.max_length": sizes.BUTTON_VALUE,
        "button.accessibility_label.max_length": sizes.BUTTON_LABEL,
        "confirmation.title.max_length": sizes.CONFIRM_TITLE,
        "confirmation.text.max_length": sizes.CONFIRM_TEXT,
        "confirmation.confirm.max_length": sizes.CONFIRM_BUTTON,
        "confirmation.deny.max_length": sizes.CONFIRM_BUTTON,
        "option.text.max_length": sizes.OPTION_TEXT,
        "option.value.max_length": sizes.OPTION_VALUE,
        "option.description.max_length": sizes.OPTION_DESCRIPTION,
        "option_group.label.max_length": sizes.OPTION_GROUP_LABEL,
        "option_group.options.max_items": sizes.SELECT_OPTIONS,
        "select.placeholder.max_length": sizes.PLACEHOLDER,
        "select.options.max_items": sizes.SELECT_OPTIONS,
        "select.option_groups.max_items": sizes.OPTION_GROUPS,
        "overflow.options.max_items": sizes.OVERFLOW_OPTIONS,
        "checkboxes.options.max_items": sizes.CHOICE_OPTIONS,
        "radio_buttons.options.max_items": sizes.CHOICE_OPTIONS,
        "plain_text_input.max_length.max": sizes.TYPED_TEXT,
        "actions.elements.max_items": sizes.ACTIONS_ELEMENTS,
        "alert.text.max_length": sizes.ALERT_TEXT,
        "context.elements.max_items": sizes.CONTEXT_ELEMENTS,
        "data_visualization.title.max_length": sizes.CHART_TITLE,
        "header.text.max_length": sizes.HEADER_TEXT,
        "image.alt_text.max_length": sizes.IMAGE_ALT_TEXT,
        "input.label.max_length": sizes.INPUT_LABEL,
        "input.hint.max_length": sizes.INPUT_HINT,
        "markdown.text.max_length": sizes.MARKDOWN_TEXT,
        "section.text.max_length": sizes.SECTION_TEXT,
        "section.fields.max_items": sizes.SECTION_FIELDS,
        "section.fields.item_max_length": sizes.SECTION_FIELD,
        "view.blocks.max_items": sizes.VIEW_BLOCKS,
        "view.private_metadata.max_length": sizes.PRIVATE_METADATA,
        "view.callback_id.max_length": sizes.CALLBACK_ID,
        "view.title.max_length": sizes.VIEW_TITLE,
        "view.close.max_length": sizes.VIEW_CLOSE,
        "view.submit.max_length": sizes.VIEW_SUBMIT,
    }
    for path, number in ours.items():
        found = published
        for step in path.split("."):
            found = found[step]
        assert found == number, path


@pytest.mark.skipif(not PUBLISHED.exists(), reason="Slack's published tiers are not beside this checkout")
def test_our_tiers_are_the_published_ones() -> None:
    from tests.slack.pace import TIERS

    published = json.loads((PUBLISHED / "rate_limit_tiers.json").read_text())
    assert {name: published[name] for name in TIERS} == {name: f"Tier{tier}" for name, tier in TIERS.items()}
