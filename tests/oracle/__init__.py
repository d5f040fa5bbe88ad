"""The same input to the real xl and to xlpy, compared byte for byte."""
