// The scripts that shells load. Each only hands the words over and shows what comes back: what may stand where is known
// in one place, and a script that was loaded once stays right after an update.

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

// Bash cuts words at `=` and `:`, and puts a candidate in the place of the last piece alone.
const BASH = `# runbook completion bash. Load it with: source <(runbook completion bash)
_runbook() {
  local line last
  COMPREPLY=()
  compopt -o nosort 2>/dev/null
  while IFS= read -r line; do
    COMPREPLY+=("$line")
  done < <(runbook completion --words bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [ "\${#COMPREPLY[@]}" -gt 0 ] || return 0
  for line in "\${COMPREPLY[@]}"; do
    last=\${line: -1}
    if [ "$last" = = ] || [ "$last" = / ]; then compopt -o nospace 2>/dev/null; fi
  done
}
complete -F _runbook runbook
`;

const ZSH = `#compdef runbook
# runbook completion zsh. Load it with: source <(runbook completion zsh)
_runbook() {
  local line value
  local -a values shown open openShown
  while IFS= read -r line; do
    value=\${line%%$'\\t'*}
    line=\${line#*$'\\t'}
    [[ -n $line ]] && line="$value -- $line" || line=$value
    if [[ $value == *[=/] ]]; then
      open+=("$value"); openShown+=("$line")
    else
      values+=("$value"); shown+=("$line")
    fi
  done < <(runbook completion --words zsh -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( $#values )) && compadd -l -d shown -a values
  (( $#open )) && compadd -S '' -l -d openShown -a open
  return 0
}
if [[ \${funcstack[1]} == _runbook ]]; then
  _runbook "$@"
else
  (( $+functions[compdef] )) || { autoload -U compinit && compinit }
  compdef _runbook runbook
fi
`;

const FISH = `# runbook completion fish. Load it with: runbook completion fish | source
function __runbook_words
    set -l words (commandline -opc) (commandline -ct)
    runbook completion --words fish -- $words[2..-1] 2>/dev/null
end
complete -c runbook -f -a '(__runbook_words)'
`;

export function completionScript(shell: Shell): string {
  return { bash: BASH, zsh: ZSH, fish: FISH }[shell];
}
