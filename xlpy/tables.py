"""The tables of the grammars. Made by grammar/compile.py: do not edit."""

from xlpy.lalr import Tables

XLCFG = Tables(
    pattern='(?P<STRING>"[^"\\\\\n]*+(?:\\\\.[^"\\\\\n]*+)*+"|\'[^\'\\\\\n]*+(?:\\\\.[^\'\\\\\n]*+)*+\')|(?P<IDENT>[a-z][a-z0-9._]*)|(?P<NUMBER>[0-9][0-9a-fx]*)|(?P<_NL>(#[^\n]*)?\n)|(?P<__IGNORE_0>[ \t]+)|(?P<APPEND>\\+=)|(?P<ASSIGN>=)|(?P<CLOSE>\\])|(?P<OPEN>\\[)|(?P<_COMMA>,)|(?P<_SEMICOLON>;)|(?P<BAD>[^ \t\n]+)',
    ignored=('__IGNORE_0',),
    end=2,
    rules=(('_end', 1), ('_end', 1), ('_items', 0), ('_items', 3), ('_items', 1), ('_newlines', 0), ('_newlines', 2), ('_statement', 2), ('_statement', 1), ('_statement', 2), ('_statements', 0), ('_statements', 2), ('_value', 1), ('_value', 1), ('_value', 1), ('_values', 2), ('_values', 5), ('list', 4), ('setting', 3), ('setting', 3), ('start', 2), ('start', 1)),
    actions=({'$END': -11, 'IDENT': -11, '_NL': -11, '_SEMICOLON': -11, 'ERROR': -11}, {'$END': -22, 'IDENT': 4, '_NL': 5, '_SEMICOLON': 6, 'ERROR': 3}, {'$END': 2}, {'_NL': 10}, {'APPEND': 11, 'ASSIGN': 12}, {'$END': -1, 'IDENT': -1, '_NL': -1, '_SEMICOLON': -1, 'ERROR': -1}, {'$END': -2, 'IDENT': -2, '_NL': -2, '_SEMICOLON': -2, 'ERROR': -2}, {'$END': -9, 'IDENT': -9, '_NL': -9, '_SEMICOLON': -9, 'ERROR': -9}, {'$END': -12, 'IDENT': -12, '_NL': -12, '_SEMICOLON': -12, 'ERROR': -12}, {'$END': -21, '_NL': 5, '_SEMICOLON': 6}, {'$END': -8, 'IDENT': -8, '_NL': -8, '_SEMICOLON': -8, 'ERROR': -8}, {'STRING': 16, 'NUMBER': 14, 'OPEN': 15}, {'STRING': 16, 'NUMBER': 14, 'OPEN': 15}, {'$END': -10, 'IDENT': -10, '_NL': -10, '_SEMICOLON': -10, 'ERROR': -10}, {'$END': -13, '_NL': -13, '_SEMICOLON': -13, 'CLOSE': -13, '_COMMA': -13}, {'STRING': -6, 'NUMBER': -6, '_NL': -6, 'OPEN': -6, 'CLOSE': -6}, {'$END': -14, '_NL': -14, '_SEMICOLON': -14, 'CLOSE': -14, '_COMMA': -14}, {'$END': -19, '_NL': -19, '_SEMICOLON': -19}, {'$END': -15, '_NL': -15, '_SEMICOLON': -15, 'CLOSE': -15, '_COMMA': -15}, {'$END': -20, '_NL': -20, '_SEMICOLON': -20}, {'STRING': 16, 'NUMBER': 14, '_NL': 21, 'OPEN': 15, 'CLOSE': -3}, {'STRING': -7, 'NUMBER': -7, '_NL': -7, 'OPEN': -7, 'CLOSE': -7, '_COMMA': -7}, {'CLOSE': 25}, {'_NL': -6, 'CLOSE': -6, '_COMMA': -6}, {'CLOSE': -5, '_COMMA': 27}, {'$END': -18, '_NL': -18, '_SEMICOLON': -18, 'CLOSE': -18, '_COMMA': -18}, {'_NL': 21, 'CLOSE': -16, '_COMMA': -16}, {'STRING': -6, 'NUMBER': -6, '_NL': -6, 'OPEN': -6, 'CLOSE': -6}, {'STRING': 16, 'NUMBER': 14, '_NL': 21, 'OPEN': 15, 'CLOSE': -4}, {'_NL': -6, 'CLOSE': -6, '_COMMA': -6}, {'_NL': 21, 'CLOSE': -17, '_COMMA': -17}),
    gotos=({'_statements': 1, 'start': 2}, {'_end': 7, '_statement': 8, 'setting': 9}, {}, {}, {}, {}, {}, {}, {}, {'_end': 13}, {}, {'_value': 17, 'list': 18}, {'_value': 19, 'list': 18}, {}, {}, {'_newlines': 20}, {}, {}, {}, {}, {'_items': 22, '_value': 23, '_values': 24, 'list': 18}, {}, {}, {'_newlines': 26}, {}, {}, {}, {'_newlines': 28}, {'_value': 29, 'list': 18}, {'_newlines': 30}, {}),
    defaults=(-11, 0, 0, 0, 0, -1, -2, -9, -12, -21, -8, 0, 0, -10, -13, -6, -14, -19, -15, -20, -3, -7, 0, -6, -5, -18, -16, -6, -4, -6, -17),
)

DISK = Tables(
    pattern='(?P<_BLANK>[ \t\n]+(?![ \t\n])(?![^=,\n]*\n))|(?P<PREFIX>(raw|qcow2?|vhd|iscsi|e?nbd|drbd|tapdisk|tap2?|aio|ioemu|file|phy):(?![^=,\n]*\n))|(?P<UNKNOWN_PREFIX>[a-z][a-z0-9]*:(?![a-z0-9])(?![^a-z0-9=,][^=,\n]*\n))|(?P<TARGET>target=(?!\n)[^\n]*)|(?P<NAMED>[a-z][-a-z0-9_]*=[^,]*,?)|(?P<WORD>[^=,]*,|[^=,]+)|(?P<BAD>=[^\n]*)',
    ignored=('_BLANK',),
    end=1,
    rules=(('_piece', 1), ('_piece', 1), ('_piece', 1), ('_piece', 1), ('_piece', 1), ('_piece', 1), ('start', 0), ('start', 2)),
    actions=({'$END': -7, 'BAD': -7, 'NAMED': -7, 'PREFIX': -7, 'TARGET': -7, 'UNKNOWN_PREFIX': -7, 'WORD': -7}, {'BAD': 2, 'NAMED': 3, 'PREFIX': 4, 'TARGET': 5, 'UNKNOWN_PREFIX': 6, 'WORD': 7, '$END': 1}, {'$END': -1, 'BAD': -1, 'NAMED': -1, 'PREFIX': -1, 'TARGET': -1, 'UNKNOWN_PREFIX': -1, 'WORD': -1}, {'$END': -2, 'BAD': -2, 'NAMED': -2, 'PREFIX': -2, 'TARGET': -2, 'UNKNOWN_PREFIX': -2, 'WORD': -2}, {'$END': -3, 'BAD': -3, 'NAMED': -3, 'PREFIX': -3, 'TARGET': -3, 'UNKNOWN_PREFIX': -3, 'WORD': -3}, {'$END': -4, 'BAD': -4, 'NAMED': -4, 'PREFIX': -4, 'TARGET': -4, 'UNKNOWN_PREFIX': -4, 'WORD': -4}, {'$END': -5, 'BAD': -5, 'NAMED': -5, 'PREFIX': -5, 'TARGET': -5, 'UNKNOWN_PREFIX': -5, 'WORD': -5}, {'$END': -6, 'BAD': -6, 'NAMED': -6, 'PREFIX': -6, 'TARGET': -6, 'UNKNOWN_PREFIX': -6, 'WORD': -6}, {'$END': -8, 'BAD': -8, 'NAMED': -8, 'PREFIX': -8, 'TARGET': -8, 'UNKNOWN_PREFIX': -8, 'WORD': -8}),
    gotos=({'start': 1}, {'_piece': 8}, {}, {}, {}, {}, {}, {}, {}),
    defaults=(-7, 0, -1, -2, -3, -4, -5, -6, -8),
)

KEYVALUE = Tables(
    pattern='(?P<PAIR> *[^,= ][^,=]*=[^,]*)|(?P<WORD>[^,]+)|(?P<_COMMA>,)',
    ignored=(),
    end=1,
    rules=(('_item', 1), ('_item', 1), ('_item', 1), ('start', 0), ('start', 2)),
    actions=({'$END': -4, '_COMMA': -4, 'PAIR': -4, 'WORD': -4}, {'_COMMA': 4, 'PAIR': 2, 'WORD': 3, '$END': 1}, {'$END': -1, '_COMMA': -1, 'PAIR': -1, 'WORD': -1}, {'$END': -2, '_COMMA': -2, 'PAIR': -2, 'WORD': -2}, {'$END': -3, '_COMMA': -3, 'PAIR': -3, 'WORD': -3}, {'$END': -5, '_COMMA': -5, 'PAIR': -5, 'WORD': -5}),
    gotos=({'start': 1}, {'_item': 5}, {}, {}, {}, {}),
    defaults=(-4, 0, -1, -2, -3, -5),
)
