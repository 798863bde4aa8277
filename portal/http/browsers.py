"""User agent: the kind of browser in two words, enough to know one's own, too little to know anybody by."""

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("SamsungBrowser", "Samsung Internet"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("w3m", "w3m"),
    ("Lynx", "Lynx"),
    ("Links", "Links"),
)
_MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def browser_of(user_agent: str) -> str:
    """The browser and the machine that *user_agent* names, like `Firefox, Windows`; empty when it names neither."""
    found = (
        next((says for sign, says in kinds if sign in user_agent), "")
        for kinds in (_BROWSERS, _MACHINES)
    )
    return ", ".join(filter(None, found))
