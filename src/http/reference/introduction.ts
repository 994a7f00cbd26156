/** What the reference and the contract begin with, in Markdown. Its addresses are relative to /docs. */
export const INTRODUCTION = `UK councils’ systems send what happened; any front end reads KPI series that can be
compared across authorities.

To read takes no token. To send or to govern takes one, as \`Authorization: Bearer …\`: whoever runs the service gives
it.

Every operation has one whole request that works. Its days lie in the data of the demo, which \`npm run demo\` sends.

The menu above a request has its code in curl, Python, JavaScript, C# and PowerShell. Python needs \`import requests\`
before it, C# \`using System.Net.Http.Headers;\`. Your token goes in place of \`YOUR_SECRET_TOKEN\`.

The [guides](docs/guides) say how to begin, and the [first page](./) what is here now.`.replaceAll(/(?<=\S)\n(?=\S)/g, ' ')
