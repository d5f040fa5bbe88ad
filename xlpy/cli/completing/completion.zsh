#compdef xl xlpy
# Completion of xl and xlpy for zsh: have it as _xlpy in a directory of $fpath, or source it after compinit.

_xlpy_complete() {
    local xlpy=${commands[$words[1]]:-$words[1]} entry
    local -a reply described more
    xlpy=${xlpy:h}/xlpy
    [[ -x $xlpy ]] || xlpy=xlpy
    reply=("${(@f)$("$xlpy" __complete "${words[1]:t}" "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    for entry in "${reply[@]}"; do
        case $entry in
            '') ;;
            :nospace) more+=(-S '') ;;
            :files) more+=(-f) ;;
            *) described+=("${${entry%%$'\t'*}//:/\\:}:${entry#*$'\t'}") ;;
        esac
    done
    (( $#described )) && _describe -t words word described -V words "${more[@]}"
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _xlpy_complete "$@"
else
    compdef _xlpy_complete xl xlpy
fi
