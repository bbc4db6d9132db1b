"""Rich text: sections, lists, quotes and preformatted runs of styled pieces."""

from __future__ import annotations

from deploy.local.workspace.blocks.rules import (
    IDENTIFIER,
    URL,
    Check,
    array,
    boolean,
    by_type,
    choice,
    integer,
    kind,
    record,
    string,
)

_STYLE = record({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight"), boolean))
_TEXT = string(12000)
_STYLED: dict[str, Check] = {"style": _STYLE}

_PIECES: dict[str, Check] = {
    "text": kind("text", {"text": _TEXT}, _STYLED),
    "link": kind("link", {"url": URL}, {**_STYLED, "text": _TEXT, "unsafe": boolean}),
    "emoji": kind("emoji", {"name": string(100)}, {**_STYLED, "unicode": string(60), "skin_tone": integer(1, 6)}),
    "user": kind("user", {"user_id": IDENTIFIER}, _STYLED),
    "channel": kind("channel", {"channel_id": IDENTIFIER}, _STYLED),
    "usergroup": kind("usergroup", {"usergroup_id": IDENTIFIER}, _STYLED),
    "broadcast": kind("broadcast", {"range": choice("here", "channel", "everyone")}, _STYLED),
    "date": kind(
        "date",
        {"timestamp": integer(0, 10**11), "format": string(200)},
        {**_STYLED, "url": URL, "fallback": string(200)},
    ),
    "color": kind("color", {"value": string(20)}, _STYLED),
}
_PIECE = by_type(_PIECES)
_RUN = array(_PIECE, 1000, 0)
_SECTION = kind("rich_text_section", {"elements": _RUN})
_INDENTED: dict[str, Check] = {"border": integer(0, 1)}

RICH_TEXT = kind(
    "rich_text",
    {
        "elements": array(
            by_type(
                {
                    "rich_text_section": _SECTION,
                    "rich_text_list": kind(
                        "rich_text_list",
                        {
                            "style": choice("bullet", "ordered"),
                            "elements": array(by_type({"rich_text_section": _SECTION}), 1000),
                        },
                        {**_INDENTED, "indent": integer(0, 8), "offset": integer(0, 10**6)},
                    ),
                    "rich_text_quote": kind("rich_text_quote", {"elements": _RUN}, _INDENTED),
                    "rich_text_preformatted": kind(
                        "rich_text_preformatted", {"elements": _RUN}, {**_INDENTED, "language": string(40)}
                    ),
                }
            ),
            1000,
            0,
        )
    },
    {"block_id": IDENTIFIER},
)
