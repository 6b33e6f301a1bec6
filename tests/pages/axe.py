"""axe-core over a page in a real browser: what breaks WCAG 2.2 AA, as sentences."""

from functools import cache
from importlib.resources import files

WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]

# Without preload: axe would fetch our imported style sheets anew, relative to the wrong address.
RUN = """(tags) => axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], preload: false})"""


@cache
def _script() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page) -> list[str]:
    """Each violation with the element it is about; evaluated through the debugger, so the page's CSP stays in force."""
    # Half a megabyte, which stays for as long as the page does.
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(_script())
    found = page.evaluate(RUN, WCAG_22_AA)["violations"]
    return [
        f"{rule['id']}: {rule['help']} — {node['html'][:160]}" for rule in found for node in rule["nodes"]
    ]
