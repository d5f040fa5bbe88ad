"""xl's verbs: one module each, named as the verb is (with _ for -), that declares VERB."""
