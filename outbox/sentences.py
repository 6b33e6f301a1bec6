"""The sentences of a kind of mail, read from its templates in the order in which a reader meets them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.template import TemplateDoesNotExist, engines
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext

from outbox.placeholders import PLACEHOLDER

CONTEXT = "\x04"
IN_CATALOGUE = re.compile(r"%\((\w+)\)[sd]")
MANY = 5
# A link or a code is why a mail is sent; a name or a date may be left out.
NEEDED = re.compile(r"(url|link|code)$")


@dataclass(frozen=True)
class Sentence:
    """One sentence. `key` is how the catalogue has it, `names` are its placeholders."""

    key: str
    names: tuple[str, ...] = ()
    is_subject: bool = False
    # It stands in the frame that every mail has.
    is_shared: bool = False
    # Of the form for several: the key of the form for one.
    one: str = ""

    @property
    def needed(self) -> list[str]:
        return [name for name in self.names if NEEDED.search(name)]

    def shipped(self, language: str) -> str:
        """As we wrote it in this language, with {name} for a placeholder."""
        context, _, message = self.key.rpartition(CONTEXT)
        with translation.override(language):
            if self.one:
                return to_braces(ngettext(self.one, self.key, MANY))
            return to_braces(pgettext(context, message) if context else gettext(message))


def to_braces(text: str) -> str:
    return IN_CATALOGUE.sub(r"{\1}", text).replace("%%", "%")


def to_catalogue(text: str) -> str:
    return PLACEHOLDER.sub(r"%(\1)s", text.replace("%", "%%"))


def sentences_of(kind: str) -> list[Sentence]:
    """The subject's first, the shared frame's last; none for a kind that has no templates."""
    found: dict[str, Sentence] = {}
    for part in ("subject.txt", "body.html", "body.txt"):
        for sentence in _in_template(f"mail/{kind}/{part}", is_subject=part == "subject.txt"):
            found.setdefault(sentence.key, sentence)
    return sorted(found.values(), key=lambda sentence: (not sentence.is_subject, sentence.is_shared))


def _in_template(path: str, **about) -> Iterator[Sentence]:
    try:
        template = engines["django"].get_template(path).template
    except TemplateDoesNotExist:
        return
    blocks: dict[str, BlockNode] = {}
    is_shared = False
    while extends := template.nodelist.get_nodes_by_type(ExtendsNode):
        blocks = extends[0].blocks | blocks
        template = engines["django"].get_template(extends[0].parent_name.var).template
        is_shared = True
    yield from _in_nodes(template.nodelist, blocks, about | {"is_shared": is_shared})


def _in_nodes(nodes, blocks: dict[str, BlockNode], about: dict) -> Iterator[Sentence]:
    for node in nodes:
        if isinstance(node, TranslateNode | BlockTranslateNode):
            yield from _in_tag(node, about)
        elif isinstance(node, BlockNode) and node.name in blocks:
            # What the kind itself says there, instead of what the frame would.
            yield from _in_nodes(blocks[node.name].nodelist, blocks, about | {"is_shared": False})
        elif isinstance(node, IncludeNode) and isinstance(node.template.var, str):
            yield from _in_template(node.template.var, **{k: v for k, v in about.items() if k != "is_shared"})
        else:
            for name in node.child_nodelists:
                yield from _in_nodes(getattr(node, name, None) or [], blocks, about)


def _in_tag(node, about: dict) -> Iterator[Sentence]:
    context = node.message_context.var if node.message_context else ""
    prefix = f"{context}{CONTEXT}" if context else ""
    one = ""
    for message, names in _messages(node):
        # What carries markup of its own is no plain sentence, and stays as it is.
        if message and "<" not in message:
            yield Sentence(prefix + message, names=names, one=one, **about)
        one = prefix + message


def _messages(node) -> list[tuple[str, tuple[str, ...]]]:
    if isinstance(node, TranslateNode):
        literal = getattr(node.filter_expression.var, "literal", None)
        return [(literal.replace("%", "%%"), ())] if isinstance(literal, str) else []
    forms = [node.render_token_list(tokens) for tokens in (node.singular, node.plural) if tokens]
    # Django fills in either form from the placeholders of both.
    names = tuple(dict.fromkeys(name for _, used in forms for name in used))
    return [(message, names) for message, _ in forms]
