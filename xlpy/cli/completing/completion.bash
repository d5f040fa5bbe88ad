# Completion of xl and xlpy for bash: source it, or have it as /usr/share/bash-completion/completions/xl and xlpy.
# shellcheck shell=bash

_xlpy_complete() {
    local line=${COMP_LINE:0:COMP_POINT} program=${COMP_WORDS[0]} xlpy reply entry word current kept
    xlpy=$(type -P -- "$program") && xlpy=${xlpy%/*}/xlpy
    [[ -x $xlpy ]] || xlpy=xlpy

    # Words with = and : are in one piece again; what is quoted loses its quotes.
    local -a typed=() found=()
    while IFS= read -r word; do typed+=("$word"); done < <(xargs printf '%s\n' <<<"$line" 2>/dev/null)
    current=
    if [[ $line != *[[:space:]] && ${#typed[@]} -gt 1 ]]; then
        current=${typed[-1]}
        unset 'typed[-1]'
    fi

    COMPREPLY=()
    mapfile -t reply < <("$xlpy" __complete "${program##*/}" "${typed[@]:1}" "$current" 2>/dev/null)
    kept=
    if [[ $current == *[=:]* && $COMP_WORDBREAKS == *[=:]* ]]; then
        kept=${current%"${current##*[=:]}"}
    fi
    for entry in "${reply[@]}"; do
        case $entry in
            :nospace) compopt -o nospace ;;
            :files) compopt -o filenames ;;
            *) found+=("${entry%%$'\t'*}") ;;
        esac
    done
    for entry in "${found[@]}"; do
        printf -v word '%q' "${entry#"$kept"}"
        [[ ${reply[*]} == *:files* ]] && word=${entry#"$kept"}
        COMPREPLY+=("${word}")
    done
}

complete -o nosort -F _xlpy_complete xl xlpy
