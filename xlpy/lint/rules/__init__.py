"""The rules, by what they look at; each module has its declarations in RULES."""
