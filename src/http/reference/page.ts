/** What the page loads stands below this address. */
export const PAGE = '/docs'

/** In these five languages the page has the code of every request. */
const CODE_IN = ['shell/curl', 'python/requests', 'js/fetch', 'csharp/httpclient', 'powershell/restmethod']
// A list of all thirty that Scalar writes would hide them.
const OTHER_LANGUAGES = [
  'c', 'clojure', 'dart', 'fsharp', 'go', 'http', 'java', 'julia', 'kotlin', 'node', 'objc', 'ocaml', 'php', 'r',
  'ruby', 'rust', 'swift'
]
const OTHER_CLIENTS = {
  shell: ['httpie', 'wget'],
  python: ['aiohttp', 'httpx_async', 'httpx_sync', 'python3'],
  js: ['axios', 'jquery', 'ofetch', 'xhr'],
  csharp: ['restsharp'],
  powershell: ['webrequest']
}

/** Scalar's settings. It loads nothing from elsewhere, and sends nothing to anybody but this service. */
const CONFIGURATION = {
  url: 'openapi.json',
  pageTitle: 'Local Performance Platform: API reference',
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: 'never',
  hideClientButton: true,
  persistAuth: false,
  theme: 'none',
  layout: 'modern',
  defaultOpenAllTags: false,
  documentDownloadType: 'both',
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  featuredClients: CODE_IN,
  hiddenClients: {
    ...Object.fromEntries(OTHER_LANGUAGES.map((language) => [language, true])), ...OTHER_CLIENTS
  },
  authentication: { preferredSecurityScheme: 'operator' }
}
const asAttribute = (value: unknown): string =>
  JSON.stringify(value).replaceAll('&', '&amp;').replaceAll("'", '&#39;').replaceAll('<', '&lt;')

/** The page. Its addresses are relative, so that it works below any path. */
export const PAGE_HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${CONFIGURATION.pageTitle}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/reference.css">
</head>
<body>
<noscript><p>This page needs JavaScript. The contract is <a href="openapi.json">openapi.json</a>, or
<a href="openapi.yaml">openapi.yaml</a>.</p></noscript>
<script id="api-reference" type="application/json" data-configuration='${asAttribute(CONFIGURATION)}'></script>
<script src="docs/scalar.js"></script>
</body>
</html>
`
