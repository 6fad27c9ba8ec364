"""Keeping the registry: start with ten, an area by form, a name for a role, a question that teaches."""

from __future__ import annotations

from slack_bolt import Ack

import storage.decisions as rows
from bot.blocks.common import Json, escape, notice
from bot.blocks.decisions import forms
from bot.clock import now
from bot.visit import Visit
from rituals.decisions.lookup import Lookups
from rituals.decisions.registry import NoSuchRole, all_entries, entry_of, may_change, roles_in, save, teach
from rituals.decisions.starting import begin, left_of_ten
from rituals.errors import ChangedMeanwhile
from storage.people import note_act


def open_ten(ack: Ack, visit: Visit) -> None:
    """*Start with ten*, on App Home or under an answer."""
    ack()
    begin_ten(visit)


def begin_ten(visit: Visit) -> None:
    """Open the form with ten areas; what the registry has already is left out."""
    asker = visit.asker()
    with visit.sessions.reading() as session:
        may_change(session, visit.workspace, asker)
        areas = left_of_ten(session, visit.workspace)
    if not areas:
        view = notice("Start with ten", "All ten are in the registry. `/whodecides edit` changes one.")
    else:
        view = forms.ten_form(areas, visit.everybody())
    visit.open(view)


def take_ten(ack: Ack, view: Json, visit: Visit) -> None:
    """The picked deciders, stored; who began looks after the registry."""
    asker = visit.asker()
    with visit.sessions.begin() as session:
        added = begin(session, visit.workspace, forms.read_ten(view), asker, now())
    lines = "\n".join(f"• {escape(one.area)}: {one.decide}" for one in added) or "All of them were there already."
    told = "Everybody can ask now, and only they see the answer: `/whodecides may I roll back a release?`"
    ack(response_action="update", view=notice("Saved", lines, told))
    visit.redraw_home()


def begin_area(visit: Visit, right_id: int | None) -> None:
    """Open the form of one area, or of a new one."""
    asker = visit.asker()
    with visit.sessions.reading() as session:
        may_change(session, visit.workspace, asker)
        kept = rows.right(session, visit.workspace, right_id) if right_id is not None else None
    visit.open(forms.area_form(entry_of(kept) if kept else None))


def take_area(ack: Ack, view: Json, visit: Visit) -> None:
    """An area, stored."""
    edited = forms.edited(view)
    asker, workspace = visit.asker(), visit.workspace
    with visit.sessions.begin() as session:
        may_change(session, workspace, asker)
        known = {one.ref: one for one in all_entries(session, workspace)}
        if edited is not None and edited[0] not in known:
            raise ChangedMeanwhile
        entry = forms.read_area(view, known[edited[0]] if edited else None)
        rows.add_keepers(session, workspace, [asker.person] if not rows.keepers(session, workspace) else [])
        entry = save(session, workspace, entry, asker, now(), seen=edited[1] if edited else None)
        rows.forget_misses(session, workspace, [*entry.aliases, forms.asked(view)])
    ack(response_action="update", view=forms.saved(entry))


def open_teach(ack: Ack, action: Json, visit: Visit, lookups: Lookups) -> None:
    """*This belongs to …*: the nearest areas first."""
    ack()
    asker, workspace, question = visit.asker(), visit.workspace, action["value"]
    with visit.sessions.reading() as session:
        may_change(session, workspace, asker)
        near = [(right_id, entry.area) for right_id, entry in lookups.ask(session, workspace, question).candidates]
        others = sorted((one.area, one.id) for one in rows.rights(session, workspace))
    areas = dict([*near, *[(right_id, area) for area, right_id in others]])
    visit.open(forms.teach_form(question, list(areas.items())))


def take_teach(ack: Ack, view: Json, visit: Visit) -> None:
    """The question becomes an alias, or the first one of a new area."""
    words, question, right_id = forms.read_teach(view)
    asker = visit.asker()
    if right_id is None:
        with visit.sessions.reading() as session:
            may_change(session, visit.workspace, asker)
        ack(response_action="update", view=forms.area_form(None, words, question))
        return
    with visit.sessions.begin() as session:
        entry = teach(session, visit.workspace, right_id, words, question, asker, now())
    ack(response_action="update", view=forms.taught(words, entry))


def open_name(ack: Ack, action: Json, visit: Visit) -> None:
    """*Name somebody* for a role."""
    ack()
    begin_name(visit, action["value"])


def begin_name(visit: Visit, role: str) -> None:
    """Open the form that says who a role is, or who it is now. Raises NoSuchRole for one that no area names."""
    asker = visit.asker()
    with visit.sessions.reading() as session:
        may_change(session, visit.workspace, asker)
        named = {one.lower(): one for entry in all_entries(session, visit.workspace) for one in roles_in(entry)}
    if role.lower() not in named:
        raise NoSuchRole
    visit.open(forms.name_form(named[role.lower()], visit.everybody()))


def take_name(ack: Ack, view: Json, visit: Visit) -> None:
    """Who a role is, stored."""
    role, person, group = forms.read_name(view)
    asker, workspace = visit.asker(), visit.workspace
    with visit.sessions.begin() as session:
        may_change(session, workspace, asker)
        rows.name_role(session, workspace, role.lower(), person, group)
        note_act(session, workspace, asker.person, "named", f"role {role}"[:60], now())
    named = f"<@{person}>" if person else f"<!subteam^{group}>"
    ack(response_action="update", view=notice("Saved", f"*{escape(role)}* is {named} from now on."))
