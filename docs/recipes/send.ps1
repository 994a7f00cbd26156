# Sends one CSV or xlsx file of up to 10,000 rows and 8 MiB, with Windows PowerShell 5.1 or PowerShell 7.
#   $env:LPP_URL = 'https://…'; $env:LPP_TOKEN_FILE = 'C:\lpp\token'; .\send.ps1 -File bins.csv -Mapping nightly
# Exit codes: 0 all stored, 1 some rows refused (bins.csv.refused.csv has them, with reasons), 2 nothing sent.
param([Parameter(Mandatory = $true)][string] $File, [Parameter(Mandatory = $true)][string] $Mapping)
$ErrorActionPreference = 'Stop'
Add-Type -AssemblyName System.Net.Http # the same in both: Invoke-WebRequest is not
[Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12

$path = (Resolve-Path $File).Path
$token = if ($env:LPP_TOKEN) { $env:LPP_TOKEN } else { (Get-Content $env:LPP_TOKEN_FILE -TotalCount 1).Trim() }
$type = if ($path -like '*.xlsx') { 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' } else { 'text/csv' }
$bytes = [IO.File]::ReadAllBytes($path) # as they are: Get-Content would change the letters
# The same key with the same file: if an answer is lost, the retry gets the first receipt and counts nothing twice.
$key = (Get-FileHash $path -Algorithm SHA256).Hash.ToLower()
$client = New-Object System.Net.Http.HttpClient
$client.Timeout = [TimeSpan]::FromMinutes(5)
$client.DefaultRequestHeaders.Add('Authorization', "Bearer $token")

function Send-Request([string] $method, [string] $address, [byte[]] $body) {
  foreach ($attempt in 0..7) {
    if ($attempt -gt 0) { Start-Sleep -Seconds ([Math]::Max([Math]::Pow(2, $attempt), $wait)) }
    $wait = 0
    $request = New-Object System.Net.Http.HttpRequestMessage((New-Object System.Net.Http.HttpMethod($method)), $address)
    if ($body) {
      $request.Content = New-Object System.Net.Http.ByteArrayContent(, $body)
      $request.Content.Headers.Add('Content-Type', $type)
      $request.Headers.Add('Prefer', 'handling=lenient')
      $request.Headers.Add('Idempotency-Key', $key)
    }
    try { $answer = $client.SendAsync($request).GetAwaiter().GetResult() } catch { Write-Warning $_.Exception.Message; continue }
    $status = [int] $answer.StatusCode
    if ($status -lt 500 -and $status -notin 408, 425, 429) { return $answer }
    if ($answer.Headers.RetryAfter -and $answer.Headers.RetryAfter.Delta) { $wait = $answer.Headers.RetryAfter.Delta.TotalSeconds }
  }
  Write-Warning 'The service could not be reached; run this again later.'
  exit 2
}

$answer = Send-Request 'POST' "$env:LPP_URL/v1/events?mapping=$Mapping&on_repeat=newest" $bytes
$text = $answer.Content.ReadAsStringAsync().GetAwaiter().GetResult()
Write-Output $text
if ([int] $answer.StatusCode -ne 200) { exit 2 }
$receipt = $text | ConvertFrom-Json
if ($receipt.rejected -eq 0) { exit 0 }
$refused = Send-Request 'GET' "$env:LPP_URL/v1/rejections?receipt=$($receipt.receipt)&format=csv"
[IO.File]::WriteAllBytes("$path.refused.csv", $refused.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult())
exit 1
