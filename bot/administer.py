"""What who runs Candor does from a shell: forget a workspace or a person, make and change keys."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.keys import custody_of
from bot.settings import BadSettings, Settings, load_settings, split_keys
from bot.shell import check_person, check_workspace, check_workspaces
from rituals.postmortem.accounts import occasion
from storage import Database, NoAnswer, Session, open_database
from storage.forgetting import forget_person, forget_workspace, still_named, workspaces_of
from storage.installations import TokenKeys, seal_all_again
from storage.keys import Custody, KeysElsewhere
from storage.postmortem import accounts_by
from storage.sealed import occasions_of

Verb = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


def add_verbs(verb: Verb) -> None:
    workspace = verb("forget-workspace", run_forget_workspace, "delete every row of a workspace, at once")
    workspace.add_argument(
        "id", metavar="ID", help="T..., on Enterprise Grid E.../T..., a whole organisation E..."
    )
    person = verb("forget-person", run_forget_person, "erase a person over all rituals")
    person.add_argument("id", metavar="ID", help="the member id, U... or W...")
    person.add_argument("--workspace", metavar="ID", help="only in this workspace; else wherever they are known")
    verb("rotate-tokens", run_rotate_tokens, "encrypt every token again, with the first of CANDOR_TOKEN_KEYS")
    verb("new-key", run_new_key, "print a fresh key for CANDOR_TOKEN_KEYS")


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The database, with its tables there. Raises BadSettings."""
    database = open_database(settings.database_url.get_secret_value(), synchronous=settings.sqlite_synchronous)
    try:
        database.migrate()
        yield database
    except NoAnswer as fault:
        raise BadSettings([f"CANDOR_DATABASE_URL: the database doesn't answer ({fault.why})."]) from None
    finally:
        database.close()


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")


def run_forget_workspace(asked: argparse.Namespace) -> int:
    settings = load_settings()
    gone = check_workspaces(asked.id)
    with opened(settings) as database:
        try:
            custody_of(settings).destroy(gone)  # first: what is left of its sealed rows is unreadable then
        except (KeysElsewhere, ValueError):
            raise BadSettings(
                [f"CANDOR_KEY_DIR: the keys of {gone} can't be reached. Nothing is deleted."]
            ) from None
        with database.begin() as session:
            rows = forget_workspace(session, gone)
        say(f"{rows} rows of {gone} are deleted." if rows else f"Nothing is kept of {gone}.")
    return 0


def run_forget_person(asked: argparse.Namespace) -> int:
    settings = load_settings()
    check_person(asked.id)
    if asked.workspace is not None:
        check_workspace(asked.workspace)
    custody = custody_of(settings)
    with opened(settings) as database:
        with database.begin() as session:
            where = [asked.workspace] if asked.workspace else workspaces_of(session, asked.id)
            for workspace in where:
                _destroy_keys(session, custody, workspace, asked.id)
            in_boxes = any(occasions_of(session, workspace, asked.id) for workspace in where)
            rows = {workspace: forget_person(session, workspace, asked.id) for workspace in where}
        for workspace, touched in rows.items():
            say(f"{workspace}: {touched} rows deleted, or emptied of {asked.id}.")
            with database.reading() as session:
                for column in still_named(session, workspace, asked.id):
                    say(f"{workspace}: {asked.id} still stands within {column}, in words or settings of others.")
        if in_boxes:
            say("An answer in a sealed box can't be found by anybody: if they gave one, it opens with the others.")
        if not any(rows.values()):
            say(f"Nothing is kept of {asked.id}.")
    return 0


def _destroy_keys(session: Session, custody: Custody, workspace: str, person: str) -> None:
    """The keys of somebody's sealed accounts go before the rows do. Raises BadSettings."""
    try:
        for account in accounts_by(session, workspace, person):
            custody.destroy(workspace, occasion(account.review_id), person)
    except KeysElsewhere:
        raise BadSettings(
            [f"CANDOR_KEY_DIR: the keys of {person} can't be reached. Nothing is deleted."]
        ) from None


def run_rotate_tokens(_asked: argparse.Namespace) -> int:
    settings = load_settings()
    keys = split_keys(settings.token_keys)
    if not keys:
        raise BadSettings(["CANDOR_TOKEN_KEYS is missing. Put the new key in front of the old ones."])
    with opened(settings) as database, database.begin() as session:
        sealed, lost = seal_all_again(session, TokenKeys(keys))
    say(f"{sealed} tokens are encrypted with the first key.")
    if lost:
        say(f"{len(lost)} could not be opened with any key, and are as they were: {', '.join(lost)}.")
    return 1 if lost else 0


def run_new_key(_asked: argparse.Namespace) -> int:
    say(TokenKeys.new_key())
    return 0
