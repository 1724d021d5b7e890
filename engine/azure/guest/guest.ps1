# azure-runbook guest request, protocol RBG1, for Windows PowerShell 5.1 with .NET Framework 4.6 or later.
#
# Makes one or two HTTP GET requests from inside this VM and prints one frame: the answer, sealed for the RSA key that
# the caller sent, or an error word. PROTOCOL.md beside this file says what goes in and what comes out. This text is a
# constant: whoever sends it changes parameters only.
#
# For a reviewer:
#   - It sends GET to two addresses only, the metadata service (rbImds) and Resource Manager (rbArm). It changes
#     nothing.
#   - It writes no file and starts no process.
#   - A token is printed only inside the seal, and in mode "chain" not at all. In mode "arm" it comes in as a parameter:
#     Run Command puts that on a command line, so the caller avoids the mode where it can.
#   - It always exits with 0. What went wrong is a word in the frame, never text of a program.
#   - Run Command turns a backslash and an n into a line end, so there is no backslash in this file.
param(
  [string]$rbMode = '', [string]$rbId = '', [string]$rbKey = '', [string]$rbImds = '', [string]$rbArm = '',
  [string]$rbToken = '', [string]$rbTries = 'n1', [string]$rbTimeout = 'n10', [string]$rbRetry = 's0'
)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$id = '0'
$stage = 'none'
$status = 0
# The word for what is being done now: whatever fails, this is what the frame says.
$word = 'internal'
$message = ''
$sum = '0000000000000000'

# -- Small tools ------------------------------------------------------------------------------------------------------
# A comma before a returned array keeps PowerShell from taking the array apart.

function ConvertFrom-Base64Url([string]$text) {
  if (($text.Length -eq 0) -or ($text -cmatch '[^A-Za-z0-9_-]')) { throw 'not base64url' }
  $text = $text.Replace('-', '+').Replace('_', '/')
  while ($text.Length % 4 -ne 0) { $text += '=' }
  return , [Convert]::FromBase64String($text)
}
function ConvertTo-Hex([byte[]]$bytes) {
  return [BitConverter]::ToString($bytes).Replace('-', '').ToLowerInvariant()
}
function Get-Sha256([byte[]]$bytes) {
  $hash = New-Object Security.Cryptography.SHA256CryptoServiceProvider
  try { return , $hash.ComputeHash($bytes) } finally { $hash.Dispose() }
}
function Get-RandomBytes([int]$count) {
  $bytes = New-Object byte[] $count
  $random = [Security.Cryptography.RandomNumberGenerator]::Create()
  try { $random.GetBytes($bytes) } finally { $random.Dispose() }
  return , $bytes
}
# "n", then a number from 1 to the highest one without leading zeros.
function Get-Number([string]$text, [int]$highest) {
  if (($text.Length -gt 4) -or ($text -cnotmatch '^n[1-9][0-9]*$')) { throw 'not a number' }
  $number = [int]$text.Substring(1)
  if ($number -gt $highest) { throw 'too large' }
  return $number
}
function Join-Bytes {
  $joined = New-Object IO.MemoryStream
  foreach ($part in $args) { $joined.Write($part, 0, $part.Length) }
  return , $joined.ToArray()
}
# The URL in "u" and base64url.
function Get-Url([string]$text) {
  if (($text.Length -lt 2) -or ($text.Substring(0, 1) -cne 'u')) { throw 'no URL' }
  $url = [Text.Encoding]::ASCII.GetString((ConvertFrom-Base64Url $text.Substring(1)))
  if ($url -cmatch '[^A-Za-z0-9:/?&=%._~,;@+$!*()-]') { throw 'a URL with other characters' }
  return $url
}
$loopback = '^http://127[.]0[.]0[.]1:[0-9]{1,5}/'

# -- One GET ----------------------------------------------------------------------------------------------------------

# Gives status, requestId and body; or the word for why there is none, with the status that was seen.
function Get-Answer([string]$url, [string]$header, [string]$value, [int]$seconds) {
  $answer = @{ word = 'internal'; status = 0; requestId = ''; body = $null }
  $response = $null
  try {
    $request = [Net.WebRequest]::Create([Uri]$url)
    $request.Method = 'GET'
    $request.AllowAutoRedirect = $false
    $request.KeepAlive = $false
    $request.Timeout = 1000 * $seconds
    $request.ReadWriteTimeout = 1000 * $seconds
    $request.Accept = 'application/json'
    # The metadata service and loopback are never asked through a proxy.
    if ($url -cmatch '^http:') { $request.Proxy = $null }
    $request.Headers.Add($header, $value)
    try { $response = $request.GetResponse() }
    catch {
      # An answer with status 400 or above is thrown, and PowerShell wraps what .NET throws.
      $thrown = $_.Exception
      while (($null -ne $thrown) -and ($thrown -isnot [Net.WebException])) { $thrown = $thrown.InnerException }
      if ($null -eq $thrown) { throw }
      $answer.word = 'net-' + $thrown.Status.ToString().ToLowerInvariant()
      $response = $thrown.Response
      if ($null -eq $response) { throw }
    }
    $answer.status = [int]$response.StatusCode
    $requestId = [string]$response.Headers['x-ms-request-id']
    if (($requestId.Length -le 128) -and ($requestId -cnotmatch '[^A-Za-z0-9._:-]')) { $answer.requestId = $requestId }
    $answer.word = 'cut-read'
    $buffer = New-Object IO.MemoryStream
    $stream = $response.GetResponseStream()
    try { $stream.CopyTo($buffer) } finally { $stream.Dispose() }
    # .NET Framework does not notice when a body is shorter than its header says.
    $answer.word = 'cut-length'
    if (($response.ContentLength -ge 0) -and ($response.ContentLength -ne $buffer.Length)) { throw 'short' }
    $answer.body = $buffer.ToArray()
    $answer.word = 'none'
  }
  catch { $answer.body = $null }
  finally { if ($null -ne $response) { $response.Close() } }
  return $answer
}

# Gets until there is an answer to keep. $retry: statuses at which the metadata service is asked again.
function Wait-Answer([string]$url, [string]$header, [string]$value, [int]$seconds, [int]$tries, [string[]]$retry) {
  $pause = 1
  while ($true) {
    $answer = Get-Answer $url $header $value $seconds
    $tries--
    $again = ($null -eq $answer.body) -or ($retry -ccontains [string]$answer.status)
    if ((-not $again) -or ($tries -le 0)) { return $answer }
    Start-Sleep -Seconds $pause
    $pause = $pause * 2
  }
}

try {
  # -- What was asked for, checked before anything is sent ------------------------------------------------------------

  $word = 'bad-id'
  if (($rbId.Length -gt 32) -or ($rbId -cnotmatch '^[A-Za-z]') -or ($rbId -cmatch '[^A-Za-z0-9]')) { throw $word }
  $id = $rbId

  $word = 'language-mode'
  if ([string]$ExecutionContext.SessionState.LanguageMode -cne 'FullLanguage') { throw $word }
  $ascii = [Text.Encoding]::ASCII

  # DER of an RSA SubjectPublicKeyInfo with a modulus of 2048 to 4096 bits and exponent 65537, byte by byte.
  $word = 'bad-key'
  if ($rbKey -cnotmatch '^MII') { throw $word }
  $der = ConvertFrom-Base64Url $rbKey
  $size = $der.Length - 38
  if (($size -lt 256) -or ($size -gt 512)) { throw $word }
  $form = '^3082....300d06092a864886f70d01010105000382....003082....0282....00[89a-f][0-9a-f]*0203010001$'
  if ((ConvertTo-Hex $der) -cnotmatch $form) { throw $word }
  $modulus = New-Object byte[] $size
  [Array]::Copy($der, 33, $modulus, 0, $size)

  $word = 'bad-mode'
  if (('imds', 'chain', 'arm') -cnotcontains $rbMode) { throw $word }
  $word = 'bad-options'
  $tries = Get-Number $rbTries 9
  $seconds = Get-Number $rbTimeout 120
  if ($rbRetry -cnotmatch '^s[0-9]{1,3}([.][0-9]{1,3})*$') { throw $word }
  $retry = $rbRetry.Substring(1).Split('.')
  if ($rbMode -cne 'arm') {
    $word = 'bad-imds'
    $imds = Get-Url $rbImds
    if (($imds -cnotmatch '^http://169[.]254[.]169[.]254/') -and ($imds -cnotmatch $loopback)) { throw $word }
  }
  if ($rbMode -cne 'imds') {
    $word = 'bad-arm'
    $arm = Get-Url $rbArm
    if (($arm -cnotmatch '^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/') -and ($arm -cnotmatch $loopback)) { throw $word }
  }
  if ($rbMode -ceq 'arm') {
    $word = 'bad-token'
    if (($rbToken -cnotmatch '^t.') -or ($rbToken -cmatch '[^A-Za-z0-9._~+/=-]')) { throw $word }
    $token = $rbToken.Substring(1)
  }

  # -- The secret of this answer, wrapped for the caller --------------------------------------------------------------

  $word = 'no-random'
  $secret = $ascii.GetBytes((ConvertTo-Hex (Get-RandomBytes 32)))
  $word = 'wrap-failed'
  # On .NET Framework only the CNG class knows OAEP with SHA-256; where there is no CNG, the default class does.
  if ($PSVersionTable.PSVersion.Major -ge 6) { $rsa = [Security.Cryptography.RSA]::Create() }
  else { $rsa = New-Object Security.Cryptography.RSACng }
  $public = New-Object Security.Cryptography.RSAParameters
  $public.Modulus = $modulus
  $public.Exponent = [byte[]](1, 0, 1)
  $rsa.ImportParameters($public)
  $ek = [Convert]::ToBase64String($rsa.Encrypt($secret, [Security.Cryptography.RSAEncryptionPadding]::OaepSHA256))
  $rsa.Dispose()

  # -- The requests ---------------------------------------------------------------------------------------------------

  $word = 'internal'
  # TLS 1.2, which Resource Manager asks for, is not among the defaults of older Windows.
  $protocols = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]3072
  [Net.ServicePointManager]::SecurityProtocol = $protocols
  if ($rbMode -cne 'arm') {
    $stage = 'imds'
    $answer = Wait-Answer $imds 'Metadata' 'true' $seconds $tries $retry
    $status = $answer.status
    if ($null -eq $answer.body) { $word = $answer.word; throw $word }
  }
  if (($rbMode -ceq 'arm') -or (($rbMode -ceq 'chain') -and ($status -eq 200))) {
    if ($rbMode -ceq 'chain') {
      $word = 'no-token'
      $token = (ConvertFrom-Json ((New-Object Text.UTF8Encoding $false).GetString($answer.body))).access_token
      if (($token -isnot [string]) -or ($token -ceq '') -or ($token -cmatch '[^A-Za-z0-9._~+/=-]')) { throw $word }
    }
    $word = 'internal'
    $stage = 'arm'
    $answer = Wait-Answer $arm 'Authorization' ('Bearer ' + $token) $seconds $tries @()
    $status = $answer.status
    if ($null -eq $answer.body) { $word = $answer.word; throw $word }
  }

  # -- The seal -------------------------------------------------------------------------------------------------------

  $word = 'pack-failed'
  $payload = Join-Bytes ($ascii.GetBytes($answer.requestId)) ([byte[]]@(10)) $answer.body
  $packed = New-Object IO.MemoryStream
  $gzip = New-Object IO.Compression.GZipStream($packed, [IO.Compression.CompressionMode]::Compress)
  $gzip.Write($payload, 0, $payload.Length)
  $gzip.Dispose()
  $packed = $packed.ToArray()

  $word = 'seal-failed'
  $salt = Get-RandomBytes 8
  $key1 = Get-Sha256 (Join-Bytes $secret $salt)
  $key2 = Get-Sha256 (Join-Bytes $key1 $secret $salt)
  $iv = New-Object byte[] 16
  [Array]::Copy($key2, $iv, 16)
  $aes = New-Object Security.Cryptography.AesCryptoServiceProvider
  $aes.Mode = [Security.Cryptography.CipherMode]::CBC
  $aes.Padding = [Security.Cryptography.PaddingMode]::PKCS7
  $aes.KeySize = 256
  $aes.Key = $key1
  $aes.IV = $iv
  $encryptor = $aes.CreateEncryptor()
  $encrypted = $encryptor.TransformFinalBlock($packed, 0, $packed.Length)
  $encryptor.Dispose()
  $aes.Dispose()
  $ct = [Convert]::ToBase64String((Join-Bytes ($ascii.GetBytes('Salted__')) $salt $encrypted))

  $word = 'mac-failed'
  $hmac = New-Object Security.Cryptography.HMACSHA256
  $hmac.Key = Get-Sha256 (Join-Bytes ($ascii.GetBytes('mac')) $secret)
  $mac = ConvertTo-Hex ($hmac.ComputeHash($ascii.GetBytes("RBG1.$id.$stage.$status.1.$ek.$ct")))
  $hmac.Dispose()
  $sealed = "$ek.$ct.$mac"
  $sum = (ConvertTo-Hex (Get-Sha256 ($ascii.GetBytes($sealed)))).Substring(0, 16)
  $message = $sealed
  $word = 'none'
}
catch {
  $message = ''
  $sum = '0000000000000000'
}

# -- The frame --------------------------------------------------------------------------------------------------------

$length = 0
$compressed = 0
Write-Output 'RBG1-BEGIN'
if ($word -ceq 'none') {
  $length = $message.Length
  $compressed = 1
  for ($at = 0; $at -lt $length; $at += 72) { Write-Output ($message.Substring($at, [Math]::Min(72, $length - $at))) }
}
Write-Output "RBG1-END;id=$id;error=$word;stage=$stage;status=$status;gzip=$compressed;length=$length;sum=$sum;"
exit 0
