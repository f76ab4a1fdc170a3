"""Which browser on which system, in the two words by which its owner knows it again. No version, nothing rarer."""

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def browser_and_system(user_agent: str) -> str:
    """What a user agent says it is, as "Firefox/Linux"; a part that is not known is left empty."""
    return f"{_first(_BROWSERS, user_agent)}/{_first(_SYSTEMS, user_agent)}"


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    """What says it is several things (each says it is Safari) is the rarer one, which stands first."""
    return next((name for sign, name in names if sign in user_agent), "")
