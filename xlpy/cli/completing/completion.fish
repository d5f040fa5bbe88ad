# Completion of xl and xlpy for fish: have it as xl.fish and xlpy.fish in a directory of $fish_complete_path.

function __xlpy_complete
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor)
    set -l program (string replace --regex '.*/' '' -- $words[1])
    set -l xlpy (string replace --regex '[^/]*$' xlpy -- (command --search $words[1]))
    test -x "$xlpy"; or set xlpy xlpy
    $xlpy __complete $program $words[2..-1] "$current" 2>/dev/null | string match --invert --regex '^:'
end

for program in xl xlpy
    complete --command $program --no-files --keep-order --arguments '(__xlpy_complete)'
end
