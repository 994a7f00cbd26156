import t from 'tap'
import { typeAccepted } from '../../src/http/formats/accept.ts'

const [JSON_TYPE, CSV] = ['application/json', 'text/csv']

t.test('what an Accept header asks for', async (t) => {
  for (const [accept, type] of [
    [undefined, JSON_TYPE], ['', JSON_TYPE], ['*/*', JSON_TYPE], ['application/json; charset=utf-8', JSON_TYPE],
    ['application/json;odata=verbose', JSON_TYPE], ['text/csv;header=present', CSV], ['text/csv; charset=utf-8; header=present', CSV],
    ['text/*', CSV], ['TEXT/CSV', CSV], ['application/*', JSON_TYPE], ['text/csv, application/json', CSV],
    ['application/json, text/csv', JSON_TYPE], ['text/csv;q=0.5, application/json;q=0.9', JSON_TYPE],
    ['text/csv; header=present; q=0.9, application/json;q=0.1', CSV], ['application/json;q=0, */*', CSV],
    ['*/*;q=0.1, text/csv;q=0', JSON_TYPE], ['image/png, */*;q=0.01', JSON_TYPE],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', JSON_TYPE],
    ['text/csv;x="a,b;q=0"', CSV], ['text/csv;q=nonsense', CSV], ['application/json;profile="text/csv, x"', JSON_TYPE],
    ['image/png', undefined], ['application/json;q=0', undefined], ['*/*;q=0', undefined], ['nonsense', undefined],
    ['application/problem+json', undefined], ['text/csvx', undefined]
  ] as const) t.equal(typeAccepted(accept, [JSON_TYPE, CSV]), type, String(accept))
  t.equal(typeAccepted('text/csv', [JSON_TYPE]), undefined)
})
