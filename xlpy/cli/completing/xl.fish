# Completion of xl for fish is in the file of xlpy beside this one.
source (status dirname)/xlpy.fish
