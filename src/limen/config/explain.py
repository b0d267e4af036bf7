"""What does one key do, what is its value, and who set it?"""

from difflib import get_close_matches

import msgspec

from limen.config.keys import all_keys, default_of, is_items, is_table, kind, written
from limen.config.load import LoadedConfig
from limen.config.meanings import meaning
from limen.config.model import Config
from limen.config.shape import Choice, Field, Leaf, Listing, Section, Shape, Table, section
from limen.kernel.errors import LimenError


class UnknownKey(LimenError):
    """There is no such key."""


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """All there is to say about a key. `value` is empty when nothing is set, and never holds a secret."""

    key: str
    kind: str
    meaning: str
    default: str
    value: str
    origin: str
    below: tuple[str, ...] = ()
    """The keys of a section."""

    def __str__(self) -> str:
        lines = [self.key, f"  {self.meaning}" if self.meaning else "", f"  type:    {self.kind}"]
        if self.below:
            lines += [f"  keys:    {', '.join(self.below)}"]
        else:
            lines += [f"  default: {self.default or '(none)'}", f"  value:   {self.value or '(not set)'}"]
        return "\n".join([*(line for line in lines if line), f"  from:    {self.origin}"])


def explain(key: str, loaded: LoadedConfig) -> Explanation:
    """What `key` (a dotted path such as `session.cookie.name`) does. Raises UnknownKey with the nearest ones."""
    path = tuple(part for part in key.replace("[", ".").replace("]", "").split(".") if part)
    owner, field = _find(key, path)
    shape = field.shape
    inner = _inside(shape)
    origin = loaded.provenance.of(path)
    spelling = loaded.provenance.spelling(path)
    value = "(hidden)" if _holds_secret(shape) else written(_value_at(loaded.config, path), shape)
    return Explanation(
        key=".".join(path),
        kind=kind(shape).replace("\\|", "|"),
        meaning=meaning(owner.struct, field.attribute, inner.struct if isinstance(inner, Section) else None),
        default=default_of(field, ".".join(path)),
        value=value,
        origin=f"{origin}, written as {spelling}" if spelling else str(origin),
        below=tuple(inner.fields) if isinstance(inner, Section) else (),
    )


def _find(key: str, path: tuple[str, ...]) -> tuple[Section, Field]:
    owner = section(Config)
    found = Field(attribute="", key="", shape=owner, required=False, default=None)
    for part in path:
        step = _step(owner, found, part)
        if step is None:
            raise _unknown(key)
        owner, found = step
    if not path:
        raise _unknown(key)
    return owner, found


def _step(owner: Section, field: Field, part: str) -> tuple[Section, Field] | None:
    """One key further down: the section that has the next field, and that field."""
    shape = field.shape
    match shape:
        case Section() if part in shape.fields:
            return shape, shape.fields[part]
        case Choice():
            forms = (section(struct) for struct in shape.all())
            return next(((form, form.fields[part]) for form in forms if part in form.fields), None)
        case Listing() if part.isdigit():
            return owner, msgspec.structs.replace(field, shape=shape.items, default=None)
        case Table():
            return owner, msgspec.structs.replace(field, shape=shape.values, default=None)
        case _:
            return None


def _unknown(key: str) -> UnknownKey:
    near = get_close_matches(key, [known.path for known in all_keys()], n=3, cutoff=0.6)
    return UnknownKey(f"There is no key {key}." + (f" Did you mean {' or '.join(near)}?" if near else ""))


def _inside(shape: Shape) -> Shape:
    while isinstance(shape, (Listing, Table)):
        shape = shape.items if isinstance(shape, Listing) else shape.values
    return shape


def _holds_secret(shape: Shape) -> bool:
    inner = _inside(shape)
    return isinstance(inner, Leaf) and inner.secret


def _value_at(config: Config, path: tuple[str, ...]) -> object:
    value: object = config
    for part in path:
        if isinstance(value, msgspec.Struct):
            names = {info.encode_name: info.name for info in msgspec.structs.fields(value)}
            value = getattr(value, names[part], None) if part in names else None
        elif is_items(value):
            value = value[int(part)] if part.isdigit() and int(part) < len(value) else None
        elif is_table(value):
            value = value.get(part)
        else:
            return None
    return value
