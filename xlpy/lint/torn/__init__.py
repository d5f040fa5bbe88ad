"""Texts that xl's parser refuses, read as they were meant, so that a rule can say what is wrong and mend it."""
