"""Guest files of xm, which were programs in Python 2: read without running them, and said again in xl's words."""
