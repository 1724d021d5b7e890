# azure-runbook guest request, protocol RBG1, for POSIX sh.
#
# Makes one or two HTTP GET requests from inside this VM and prints one frame: the answer, sealed for the RSA key that
# the caller sent, or an error word. PROTOCOL.md beside this file says what goes in and what comes out. This text is a
# constant: whoever sends it changes parameters only.
#
# For a reviewer:
#   - It sends GET to two addresses only, the metadata service (rbImds) and Resource Manager (rbArm). It changes
#     nothing.
#   - It writes no file and starts no background process.
#   - No secret is ever an argument of a program. Secrets go through pipes that the shell's own printf fills.
#   - A token is printed only inside the seal, and in mode "chain" not at all.
#   - It always exits with 0. What went wrong is a word in the frame, never text of a program.

set -u
umask 077
LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
unset CURL_HOME SSLKEYLOGFILE

LF='
'
CR=$(printf '\r')
CRLF=$CR$LF
BLANKS=" $(printf '\t')$CRLF"
id=0 stage=none status=0 gzip=0
mode=${rbMode-} key=${rbKey-} tries=${rbTries-n1} timeout=${rbTimeout-n10} retry=${rbRetry-s0}
# The token leaves the environment at once, so that no child inherits it.
token=${rbToken-}
unset rbToken

# -- The frame ---------------------------------------------------------------------------------------------------------

end() { # end ERROR LENGTH SUM
  printf '%s\n' "RBG1-END;id=$id;error=$1;stage=$stage;status=$status;gzip=$gzip;length=$2;sum=$3;"
  exit 0
}
die() { # die ERROR: a frame without a message
  gzip=0
  echo RBG1-BEGIN
  end "$1" 0 0000000000000000
}

# -- Small tools -------------------------------------------------------------------------------------------------------

has() { command -v "$1" >/dev/null 2>&1; }
sha256() { openssl dgst -sha256 -r 2>/dev/null | cut -c1-64; }
unbase64() { # unbase64 TEXT: base64url without padding
  case $1 in '' | *[!A-Za-z0-9_-]*) return 1 ;; esac
  case $((${#1} % 4)) in 0) pad='' ;; 2) pad='==' ;; 3) pad='=' ;; *) return 1 ;; esac
  printf '%s%s' "$1" "$pad" | tr '_-' '/+' | openssl base64 -d -A 2>/dev/null
}
at_most() { # at_most TEXT HIGH: "n", then a number from 1 to HIGH without leading zeros
  case $1 in n[1-9] | n[1-9][0-9] | n[1-9][0-9][0-9]) [ "${1#n}" -le "$2" ] ;; *) return 1 ;; esac
}
url_of() { # url_of TEXT: the URL in "u" and base64url; the x keeps a newline at its end, which is then refused
  case $1 in u*) ;; *) return 1 ;; esac
  url=$(unbase64 "${1#u}" && echo x) || return 1
  url=${url%x}
  case $url in '' | *[!A-Za-z0-9:/?\&=%._~,\;@+\$!*\(\)-]*) return 1 ;; esac
}
port_of() { # port_of TEXT: one to five digits
  case $1 in '' | *[!0-9]* | ??????*) return 1 ;; esac
}
is_loopback() { # is_loopback URL: http://127.0.0.1:PORT/...
  rest=${1#http://127.0.0.1:}
  [ "$rest" != "$1" ] && [ "$rest" != "${rest%%/*}" ] && port_of "${rest%%/*}"
}
is_imds() { case $1 in http://169.254.169.254/*) ;; *) is_loopback "$1" ;; esac; }
is_arm() {
  case $1 in https://*/*) ;; *) is_loopback "$1"; return ;; esac
  rest=${1#https://} host=${rest%%/*}
  case $host in *:*) port_of "${host#*:}" || return 1 ;; esac
  case ${host%%:*} in '' | *[!A-Za-z0-9.-]*) return 1 ;; esac
}

# -- What was asked for, checked before anything is sent ---------------------------------------------------------------

case ${rbId-} in '' | [!A-Za-z]* | *[!A-Za-z0-9]*) die bad-id ;; esac
[ "${#rbId}" -le 32 ] || die bad-id
id=$rbId

# A printf that is a program of its own would show in the process list what it prints.
case $(type printf 2>/dev/null) in *builtin*) ;; *) die no-printf ;; esac
has openssl || die no-openssl
# Headers of a proxy's CONNECT must not be mixed up with the answer's, so an older curl counts as none.
client=none
if has curl && curl -q --suppress-connect-headers --version >/dev/null 2>&1; then client=curl
elif has python3; then client=python3; fi
[ "$client" != none ] || die no-client

# DER of an RSA SubjectPublicKeyInfo with a modulus of 2048 to 4096 bits and exponent 65537, byte by byte.
case $key in MII*) ;; *) die bad-key ;; esac
der=$(unbase64 "$key" | od -An -v -tx1 | tr -d ' \n')
case $der in
  3082????300d06092a864886f70d01010105000382????003082????0282????00[89a-f]*0203010001) ;;
  *) die bad-key ;;
esac
if [ "${#der}" -lt 588 ] || [ "${#der}" -gt 1100 ]; then die bad-key; fi

case $mode in imds | chain | arm) ;; *) die bad-mode ;; esac
at_most "$tries" 9 || die bad-options
at_most "$timeout" 120 || die bad-options
case $retry in s | s.* | *. | *..* | [!s]* | s*[!0-9.]* | *[0-9][0-9][0-9][0-9]*) die bad-options ;; esac
tries=${tries#n} timeout=${timeout#n} retry=.${retry#s}.
imds='' arm=''
if [ "$mode" != arm ]; then
  if url_of "${rbImds-}" && is_imds "$url"; then imds=$url; else die bad-imds; fi
fi
if [ "$mode" != imds ]; then
  if url_of "${rbArm-}" && is_arm "$url"; then arm=$url; else die bad-arm; fi
fi
if [ "$mode" = arm ]; then
  case $token in t?*) token=${token#t} ;; *) die bad-token ;; esac
  case $token in *[!A-Za-z0-9._~+/=-]*) die bad-token ;; esac
fi

# -- The secret of this answer, wrapped for the caller -----------------------------------------------------------------

secret=$(openssl rand -hex 32 2>/dev/null)
case $secret in *[!0-9a-f]*) die no-random ;; esac
[ "${#secret}" -eq 64 ] || die no-random
# The key comes from descriptor 3 (a pipe), the secret from standard input.
ek=$(unbase64 "$key" | {
  exec 3<&0
  printf %s "$secret" | openssl pkeyutl -encrypt -pubin -keyform DER -inkey /dev/fd/3 \
    -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256 2>/dev/null
} | openssl base64 -A)
[ -n "$ek" ] || die wrap-failed

# -- One GET -----------------------------------------------------------------------------------------------------------

# get URL HEADER: prints the header block, an empty line, the body, a newline and the three digits of the status. The
# request goes to the client through its standard input. Redirects are not followed. The metadata service and loopback
# are never asked through a proxy.
get() {
  case $1 in https:*) scheme=https proxy='#' ;; *) scheme=http proxy='noproxy = "*"' ;; esac
  if [ "$client" = curl ]; then
    printf '%s\n' "url = \"$1\"" "header = \"$2\"" 'header = "Accept: application/json"' "$proxy" |
      curl -q -g -s -i --http1.1 --suppress-connect-headers --proto "=$scheme" --connect-timeout "$timeout" \
        --max-time "$timeout" -K - -w '\n%{http_code}' 2>/dev/null
  else
    printf '%s\n' "$1" "$2" "$timeout" | python3 -I -c '
import sys, http.client, urllib.error, urllib.request
url, header, timeout = sys.stdin.read().splitlines()
class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_): return None
direct = [urllib.request.ProxyHandler({})] if url.startswith("http:") else []
request = urllib.request.Request(url, headers=dict([header.split(": ", 1), ("Accept", "application/json")]))
try: answer = urllib.request.build_opener(Stay, *direct).open(request, timeout=int(timeout))
except urllib.error.HTTPError as error: answer = error
except Exception: sys.exit(7)
out, code = sys.stdout.buffer, 0
try: body = answer.read()
except http.client.IncompleteRead as error: body, code = error.partial, 18
except Exception: body, code = b"", 28
name = "x-ms-request-id"
head = "HTTP/1.1 %d\r\n%s: %s\r\n\r\n" % (answer.getcode(), name, answer.headers.get(name, ""))
out.write(head.encode("ascii", "replace") + body + b"\n" + str(answer.getcode()).encode())
sys.exit(code)' 2>/dev/null
  fi
}

# ask STAGE URL HEADER: gets until there is an answer to keep; then status, request_id and body hold it. Ends the script
# when there is none.
ask() {
  stage=$1 left=$tries pause=1
  while :; do
    code=0
    answer=$(get "$2" "$3") || code=$?
    status=${answer##*"$LF"}
    case $status in [1-9][0-9][0-9]) ;; *) status=0 ;; esac
    if [ "$code" -eq 0 ] && [ "$status" -ne 0 ]; then
      [ "$stage" = imds ] || break
      case $retry in *".$status."*) ;; *) break ;; esac
    fi
    left=$((left - 1))
    [ "$left" -gt 0 ] || break
    sleep "$pause"
    pause=$((pause * 2))
  done
  [ "$status" -ne 0 ] || die "net-$code"
  [ "$code" -eq 0 ] || die "cut-$code"
  answer=${answer%????}
  # An interim answer (status 1xx) has a header block of its own.
  while :; do
    head=${answer%%"$CRLF$CRLF"*} body=${answer#*"$CRLF$CRLF"}
    line=${head%%"$CR"*}
    case ${line#* } in 1[0-9][0-9]*) answer=$body ;; *) break ;; esac
  done
  answer=''
  request_id=$(printf '%s\n' "$head" | tr -d '\r' |
    awk 'tolower($1) == "x-ms-request-id:" { sub(/^[^:]*: */, ""); print }')
  case $request_id in *[!A-Za-z0-9._:-]*) request_id='' ;; esac
  [ "${#request_id}" -le 128 ] || request_id=''
}

# token_of JSON: the string member access_token. Quotes inside of a JSON string have a backslash before them, so the
# quoted name is found as a name only.
token_of() {
  rest=${1#*'"access_token"'}
  [ "$rest" != "$1" ] || return 1
  rest=${rest#"${rest%%[!"$BLANKS"]*}"}
  case $rest in :*) rest=${rest#:} ;; *) return 1 ;; esac
  rest=${rest#"${rest%%[!"$BLANKS"]*}"}
  case $rest in '"'*'"'*) rest=${rest#'"'} ;; *) return 1 ;; esac
  token=${rest%%'"'*}
  rest=''
  case $token in '' | *[!A-Za-z0-9._~+/=-]*) return 1 ;; esac
}

if [ "$mode" != arm ]; then ask imds "$imds" 'Metadata: true'; fi
if [ "$mode" = arm ]; then
  ask arm "$arm" "Authorization: Bearer $token"
elif [ "$mode" = chain ] && [ "$status" -eq 200 ]; then
  token_of "$body" || die no-token
  body=''
  ask arm "$arm" "Authorization: Bearer $token"
fi
token=''

# -- The seal ----------------------------------------------------------------------------------------------------------

if printf x | gzip -9n >/dev/null 2>&1; then gzip=1; fi
pack() { if [ "$gzip" -eq 1 ]; then gzip -9n; else cat; fi; }
# openssl takes the secret from standard input, and the payload from descriptor 3 (a pipe).
ct=$(printf '%s\n%s' "$request_id" "$body" | pack | {
  exec 3<&0
  printf '%s\n' "$secret" | openssl enc -aes-256-cbc -e -salt -md sha256 -pass stdin -in /dev/fd/3 2>/dev/null
} | openssl base64 -A)
# "Salted__" in base64.
case $ct in U2FsdGVkX1*) ;; *) die seal-failed ;; esac
body=''

# HMAC-SHA256 (RFC 2104) from plain SHA-256: openssl takes an HMAC key only as an argument, which any user could read.
mac_key=$(printf 'mac%s' "$secret" | sha256)
[ "${#mac_key}" -eq 64 ] || die mac-failed
inner='' outer='' pad6='' padc='' rest=$mac_key
while [ -n "$rest" ]; do
  tail=${rest#??}
  byte=$((0x${rest%"$tail"}))
  rest=$tail
  in=$((byte ^ 0x36)) out=$((byte ^ 0x5c))
  inner=$inner\\0$((in / 64))$((in / 8 % 8))$((in % 8))
  outer=$outer\\0$((out / 64))$((out / 8 % 8))$((out % 8))
  # The key has 32 bytes and the block 64: the other half is the padding alone.
  pad6=$pad6\\0066 padc=$padc\\0134
done
text=RBG1.$id.$stage.$status.$gzip.$ek.$ct
mac=$({
  printf %b "$outer$padc"
  { printf %b "$inner$pad6" && printf %s "$text"; } | openssl dgst -sha256 -binary 2>/dev/null
} | sha256)
[ "${#mac}" -eq 64 ] || die mac-failed
secret='' mac_key='' inner='' outer=''

message=$ek.$ct.$mac
sum=$(printf %s "$message" | sha256 | cut -c1-16)
echo RBG1-BEGIN
printf '%s\n' "$message"
end none "${#message}" "$sum"
