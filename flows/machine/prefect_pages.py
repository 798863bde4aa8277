"""
User interface (Prefect's web pages): the older one alone, no advertising, and from every page the way to what is late.

They are unpacked into the folder of this server, where their first page is completed; whoever upgrades Prefect gets
it unpacked, and completed, anew.
"""

import os
from pathlib import Path

from config.settings import OVERVIEW

_FOLDER = "PREFECT_SERVER_UI_STATIC_DIRECTORY"
_END_OF_HEAD, _BODY = "</head>", '<div id="app">'
_MARK = "weerklank-overview"

_STYLE = """<style>
#weerklank-overview { position: fixed; z-index: 30; left: 24px; bottom: 56px; padding: 6px 0;
  font-size: 14px; line-height: 20px; font-weight: 600; color: var(--p-color-text-default, #888); }
@media (width < 1024px) { #weerklank-overview { left: 72px; top: 16px; bottom: auto; } }
body:has(input[type="password"]) #weerklank-overview { display: none; }
</style>"""
_LINK = f'<a id="{_MARK}" href="{OVERVIEW}">What is late</a>'
# Prefect's pages ask the server for the setting that silences their advertising by a name that it has no more.
_SILENCE = """const promotion = 'prefect-show-promotional-content', store = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) { store.call(this, key, key === promotion ? 'false' : value); };
    localStorage.setItem(promotion, 'false');"""
_FRONT = f"if (location.pathname === '/') history.replaceState(null, '', '{OVERVIEW}');"
# Prefect's pages first ask without a password, and then cry out until somebody closes what they say.
_LOGIN = """if (!localStorage.getItem('prefect-password')) {
      const wanted = location.pathname + location.search;
      if (location.pathname !== '/login')
        history.replaceState(null, '', '/login?redirect=' + encodeURIComponent(wanted));
      const early = new MutationObserver(() => {
        for (const one of document.querySelectorAll('.p-toast-container__toast')) one.style.display = 'none';
      });
      early.observe(document, {childList: true, subtree: true});
      addEventListener('input', () => early.disconnect(), {once: true, capture: true});
    }"""


def leave_out_newer_pages() -> None:
    """
    Let the server of this process unpack and serve the older pages alone; before it is made.

    While it has the newer ones, it advertises them on the front page and in the menu: no setting ends that.
    """
    import prefect  # noqa: PLC0415 - only in the process of the server

    prefect.__ui_v2_static_path__ = Path(os.devnull) / "none"


def complete_pages(*, closed: bool) -> None:
    """
    Write into the first page, once it is unpacked, what it lacks; *closed*: the server asks for a password.

    Without a folder of its own nothing is changed: the files of the package are everybody's.
    """
    folder = os.environ.get(_FOLDER)
    if folder and (page := Path(folder) / "v1" / "index.html").exists():
        text = page.read_text(encoding="utf-8")
        if _MARK not in text:
            page.write_text(page_with_overview(text, closed=closed), encoding="utf-8")


def page_with_overview(page: str, *, closed: bool) -> str:
    """The first *page* with the way to the overview, and without what cries out before anybody came in."""
    said = "\n    ".join([_SILENCE, _FRONT, *([_LOGIN] if closed else [])])
    script = f"<script>{said}</script>"
    # Before Prefect's own scripts, which act on the address that they find.
    head = page.replace("<script", f"{script}\n    <script", 1)
    head = head.replace(_END_OF_HEAD, f"{_STYLE}{_END_OF_HEAD}", 1)
    return head.replace(_BODY, f"{_LINK}{_BODY}", 1)
