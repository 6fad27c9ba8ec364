"""python -m bot VERB: everything that is done from a shell."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime

from bot import administer, blameless, logs, manifest, outbox, shell
from bot.settings import BadSettings, check_https, load_settings
from bot.verbs import decisions, postmortem, pulse
from rituals.calendar.recurrence import Plan, check, upcoming
from rituals.calendar.rules import read_start, read_zone
from rituals.decisions.files import BadFile
from rituals.errors import Refusal


class BadWords(Refusal):
    """{why}"""


def main(words: Sequence[str] | None = None) -> int:
    """Run one verb. 0 when it did its work, 1 when it found a fault, 2 when it was asked wrongly."""
    for name in [name for name in os.environ if name.startswith("SLACK_")]:
        del os.environ[name]  # Bolt would read these by itself, and mix two apps up
    asked = _parser().parse_args(words)
    try:
        code: int = asked.run(asked)
        return code
    except BadSettings as bad:
        for sentence in bad.sentences:
            print(sentence, file=sys.stderr)
    except BadFile as bad_file:
        for fault in bad_file.faults:
            print(fault, file=sys.stderr)
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="Candor, from a shell.")
    verbs = parser.add_subparsers(required=True, metavar="VERB", title="verbs")

    def verb(name: str, run: object, words: str) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=words, description=words)
        made.set_defaults(run=run)
        return made

    serve = verb("serve", run_serve, "listen to Slack, ring the calendar, post what is owed")
    serve.add_argument("--http", metavar="[HOST:]PORT", help="listen to HTTP instead of Socket Mode")
    verb("doctor", run_doctor, "look at settings, database, tokens, scopes and clock; say how to mend each")
    verb("migrate", run_migrate, "bring the database's tables to the newest shape (serve does it by itself)")
    administer.add_verbs(verb)
    demo = verb("demo", run_demo, "a throwaway Slack in the browser, with Candor in it")
    demo.add_argument("--check", action="store_true", help="click through every ritual, then exit 0 or 1")
    printed = verb("manifest", run_manifest, "print the app manifest for the rituals that are switched on")
    printed.add_argument("--http", metavar="URL", help="for HTTP instead of Socket Mode, reached at this URL")
    printed.add_argument("--prefix", metavar="PREFIX", help='in front of each command, such as "team-"')
    decisions.add_verbs(verbs)
    postmortem.add_verbs(verbs)
    blameless.add_verb(verbs)
    pulse.add_verbs(verbs)
    outbox.add_verb(verbs)
    verb("security", run_security, "print SECURITY-AND-DATA.md, from the manifest, the tables and the settings")
    audit = verb("audit", run_audit, "who administered what, newest first")
    shell.add_workspace(audit)
    audit.add_argument("--count", type=int, default=50, metavar="N", help="how many lines (50)")
    schedule = verbs.add_parser("schedule", help="look at what a recurrence rule means")
    preview = schedule.add_subparsers(required=True, metavar="VERB").add_parser(
        "preview", help="the next dates of a rule", description="The next dates of a rule, in its zone."
    )
    preview.add_argument("--rule", required=True, metavar="RRULE", help="RRULE text, such as FREQ=WEEKLY;BYDAY=TU")
    preview.add_argument("--start", required=True, metavar="TIME", help="local start, such as 2026-03-01T10:00")
    preview.add_argument("--zone", required=True, metavar="ZONE", help="IANA zone, such as Europe/Berlin")
    preview.add_argument("--after", metavar="INSTANT", help="an instant with its offset; now when it is left out")
    preview.add_argument("--count", default="3", metavar="N", help="how many dates (3)")
    preview.add_argument("--json", action="store_true", help="print JSON")
    preview.set_defaults(run=run_preview)
    return parser


def run_serve(asked: argparse.Namespace) -> int:
    settings = load_settings(**({} if asked.http is None else {"http": asked.http}))
    logs.set_up(settings.log_level, settings.log_format)
    with _shared_numbers() if settings.processes > 1 else nullcontext():
        from bot.serve import serve

        serve(settings)
    return 0


@contextmanager
def _shared_numbers() -> Iterator[None]:
    """A folder in which several processes add up their metrics; the library looks for it when it is imported."""
    with tempfile.TemporaryDirectory(prefix="candor-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        try:
            yield
        finally:
            del os.environ["PROMETHEUS_MULTIPROC_DIR"]


def run_doctor(_asked: argparse.Namespace) -> int:
    from bot import clock
    from bot.doctor import examine

    settings = load_settings()
    logs.set_up("CRITICAL")
    if settings.clock_file is not None:
        clock.follow(settings.clock_file)
    faults = 0
    for found in examine(settings):
        mark = "hint" if found.is_hint else "mend" if found.mend else "ok"
        print(f"{mark:5} {found.what}: {found.said}")
        if found.mend and found.mend != found.said:
            print(f"      {found.mend}")
        faults += found.mend is not None
    return 1 if faults else 0


def run_migrate(_asked: argparse.Namespace) -> int:
    with shell.opened():
        print("The tables are up to date.")
    return 0


def run_demo(asked: argparse.Namespace) -> int:
    from bot.demo import check, show

    return check() if asked.check else show()


def run_manifest(asked: argparse.Namespace) -> int:
    settings = load_settings(**({} if asked.prefix is None else {"prefix": asked.prefix}))
    if asked.http is not None:
        try:
            check_https(asked.http)
        except ValueError as fault:
            raise BadWords(why=f"--http can't be used: {fault}.") from None
    told = manifest.variant(settings.rituals, prefix=settings.prefix, http_url=asked.http)
    print(manifest.printed(told), end="")
    return 0


def run_security(_asked: argparse.Namespace) -> int:
    from bot.security import written

    print(written(), end="")
    return 0


def run_audit(asked: argparse.Namespace) -> int:
    from storage.people import acts

    with shell.opened() as database:
        workspace = shell.which_workspace(database, asked.workspace)
        with database.reading() as session:
            for act in acts(session, workspace, max(asked.count, 1)):
                print(f"{act.at:%Y-%m-%d %H:%M:%S}Z  {act.person or 'somebody':12}  {act.verb:10}  {act.subject}")
    return 0


def run_preview(asked: argparse.Namespace) -> int:
    if not asked.count.isdecimal() or not asked.count.isascii() or not 1 <= int(asked.count) <= 1_000:
        raise BadWords(why="--count must be a whole number from 1 to 1000.")
    plan = Plan(asked.rule, read_start(asked.start), read_zone(asked.zone))
    after = _read_after(asked.after)
    try:
        dates = [one.there.isoformat() for one in upcoming(check(plan), after, int(asked.count))]
    except (OverflowError, ValueError):
        raise BadWords(why="These dates lie too far away to be reckoned.") from None
    print(json.dumps({"dates": dates}) if asked.json else "\n".join(dates))
    return 0


def _read_after(words: str | None) -> datetime:
    from bot import clock

    if words is None:
        return clock.now()
    try:
        after = datetime.fromisoformat(words)
    except ValueError:
        after = datetime.min
    if after.tzinfo is None:
        raise BadWords(why="--after needs a date, a time and an offset, such as 2026-03-01T00:00:00+00:00.")
    try:
        return after.astimezone(UTC)
    except OverflowError:
        raise BadWords(why="These dates lie too far away to be reckoned.") from None


if __name__ == "__main__":
    sys.exit(main())
