"""Route table: all pages, room by room, in the order of their menus. What is not here does not exist."""

from portal import helper, my
from portal.auditor import audit, witness
from portal.confidant import reports
from portal.enter import account, front_door, passkeys, sign_in
from portal.manager.answers import answers, returned_mail
from portal.manager.by_hand import call_list, helper_names, relayed_steps, renewed_pins
from portal.manager.overview import dialogue, open_edition, reschedule, settings, today
from portal.manager.session import decisions, interim_word, session_page, strategy, summary
from portal.manager.table import import_page, invitations, mirror_page, people, risks
from portal.moderator import seal_key, seals
from portal.web.pages import Page

PAGES: tuple[Page, ...] = (
    *front_door.PAGES,
    *sign_in.PAGES,
    *passkeys.PAGES,
    *witness.PAGES,
    *my.PAGES,
    *helper.PAGES,
    *today.PAGES,
    *dialogue.PAGES,
    *reschedule.PAGES,
    *open_edition.PAGES,
    *people.PAGES,
    *import_page.PAGES,
    *risks.PAGES,
    *mirror_page.PAGES,
    *invitations.PAGES,
    *session_page.PAGES,
    *summary.PAGES,
    *interim_word.PAGES,
    *decisions.PAGES,
    *answers.PAGES,
    *strategy.PAGES,
    *seals.PAGES,
    *seal_key.PAGES,
    *relayed_steps.PAGES,
    *renewed_pins.PAGES,
    *returned_mail.PAGES,
    *call_list.PAGES,
    *helper_names.PAGES,
    *reports.PAGES,
    *audit.PAGES,
    *settings.PAGES,
    *account.PAGES,
)
