// Sends one CSV or xlsx file of up to 10,000 rows and 8 MiB, with .NET Framework 4.6 or newer, Mono or .NET.
//   LPP_URL=https://… LPP_TOKEN_FILE=/etc/lpp/token Send bins.csv nightly
// Exit codes: 0 all stored, 1 some rows refused (bins.csv.refused.csv has them, with reasons), 2 nothing sent.
using System;
using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Threading;

static class Send
{
    const int Tries = 8;
    static readonly HttpClient Client = new HttpClient { Timeout = TimeSpan.FromMinutes(5) };
    static readonly string Url = Environment.GetEnvironmentVariable("LPP_URL");

    static int Main(string[] args)
    {
        string file = args[0], mapping = args[1];
        var token = Environment.GetEnvironmentVariable("LPP_TOKEN")
            ?? File.ReadAllText(Environment.GetEnvironmentVariable("LPP_TOKEN_FILE")).Trim();
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var bytes = File.ReadAllBytes(file);
        var answer = Call(() => Rows(file, mapping, bytes));
        if (answer == null) return 2;
        var text = answer.Content.ReadAsStringAsync().Result;
        Console.WriteLine(text);
        if (!answer.IsSuccessStatusCode) return 2;
        if (Regex.IsMatch(text, "\"rejected\":0[,}]")) return 0;
        var receipt = Regex.Match(text, "\"receipt\":\"([0-9]+)\"").Groups[1].Value;
        var refused = Call(() =>
            new HttpRequestMessage(HttpMethod.Get, Url + "/v1/rejections?receipt=" + receipt + "&format=csv"));
        if (refused != null) File.WriteAllBytes(file + ".refused.csv", refused.Content.ReadAsByteArrayAsync().Result);
        return 1;
    }

    static HttpRequestMessage Rows(string file, string mapping, byte[] bytes)
    {
        var request = new HttpRequestMessage(
            HttpMethod.Post, Url + "/v1/events?on_repeat=newest&mapping=" + Uri.EscapeDataString(mapping));
        request.Content = new ByteArrayContent(bytes);
        request.Content.Headers.Add("Content-Type", file.EndsWith(".xlsx")
            ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" : "text/csv");
        request.Headers.Add("Prefer", "handling=lenient");
        // The same key with the same file: if an answer is lost, the retry gets the first receipt and counts nothing twice.
        using (var sha = SHA256.Create())
            request.Headers.Add("Idempotency-Key", BitConverter.ToString(sha.ComputeHash(bytes)).Replace("-", "").ToLower());
        return request;
    }

    // Tries again where that helps: the network, 429 and 5xx. Null: it never could be reached.
    static HttpResponseMessage Call(Func<HttpRequestMessage> make)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var wait = TimeSpan.FromSeconds(Math.Pow(2, attempt));
            try
            {
                var answer = Client.SendAsync(make()).Result;
                var status = (int)answer.StatusCode;
                if (status < 500 && status != 408 && status != 425 && status != 429) return answer;
                var asked = answer.Headers.RetryAfter == null ? null : answer.Headers.RetryAfter.Delta;
                if (asked > wait) wait = asked.Value;
            }
            catch (AggregateException error)
            {
                Console.Error.WriteLine(error.GetBaseException().Message);
            }
            if (attempt < Tries - 1) Thread.Sleep(wait);
        }
        Console.Error.WriteLine("The service could not be reached; run this again later.");
        return null;
    }
}
