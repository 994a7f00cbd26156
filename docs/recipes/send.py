#!/usr/bin/env python3
"""Sends a CSV file of any length, 5,000 rows at a time, with Python 3.8 or newer and nothing else.

    LPP_URL=https://… LPP_TOKEN_FILE=/etc/lpp/token python3 send.py bins.csv nightly [lines above the headings]

Exit codes: 0 all stored, 1 some rows refused (bins.csv.refused.csv has them, with reasons), 2 nothing sent.
A run that was interrupted is run again: what was stored before is a duplicate, and counts once.
"""
import csv, hashlib, io, json, os, sys, time
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

ROWS, TRIES = 5000, 8


def token():
    if 'LPP_TOKEN' in os.environ:
        return os.environ['LPP_TOKEN']
    with open(os.environ['LPP_TOKEN_FILE']) as file:
        return file.read().strip()


def call(method, path, query, body=None, headers={}):
    """Tries again where that helps: the network, 429 and 5xx. Any other refusal is for people to mend."""
    request = Request(os.environ['LPP_URL'] + path + '?' + urlencode(query), body, method=method,
                      headers={'Authorization': 'Bearer ' + token(), **headers})
    for attempt in range(TRIES):
        wait = 2 ** attempt
        try:
            with urlopen(request, timeout=300) as answer:
                return answer.read()
        except HTTPError as error:
            if error.code < 500 and error.code not in (408, 425, 429):
                stop(error.read().decode())
            wait = max(wait, float(error.headers.get('Retry-After') or 0))
        except (URLError, OSError) as error:
            print(error, file=sys.stderr)
        if attempt < TRIES - 1:
            time.sleep(wait)
    stop('The service could not be reached; run this again later.')


def stop(why):
    print(why, file=sys.stderr)
    sys.exit(2)



def text_of(path):
    """Spreadsheet programs write UTF-8 with a mark, or Windows-1252."""
    with open(path, 'rb') as file:
        data = file.read()
    try:
        return data.decode('utf-8-sig')
    except UnicodeDecodeError:
        return data.decode('cp1252')


def batches(text, above):
    heading = text.splitlines()[above]
    rows = csv.reader(io.StringIO(text, newline=''), delimiter=max(',;\t|', key=heading.count))
    for _ in range(above):
        next(rows)
    header, some = next(rows), []
    for row in rows:
        some.append(row)
        if len(some) == ROWS:
            yield header, some
            some = []
    if some:
        yield header, some


def main(path, mapping, above='0'):
    text = text_of(path)
    name = hashlib.sha256(text.encode()).hexdigest()
    sums = dict.fromkeys(('received', 'stored', 'duplicates', 'revised', 'rejected'), 0)
    refused = path + '.refused.csv'
    if os.path.exists(refused):
        os.remove(refused)
    for number, (header, rows) in enumerate(batches(text, int(above)), 1):
        body = io.StringIO(newline='')
        csv.writer(body).writerows([header, *rows])
        receipt = json.loads(call(
            'POST', '/v1/events', {'mapping': mapping, 'on_repeat': 'newest'}, body.getvalue().encode(),
            {'Content-Type': 'text/csv; charset=utf-8', 'Prefer': 'handling=lenient',
             'Idempotency-Key': '%s-%d' % (name, number)}))
        for field in sums:
            sums[field] += receipt[field]
        if receipt['rejected'] > 0:
            rejections = call('GET', '/v1/rejections', {'receipt': receipt['receipt'], 'format': 'csv'})
            with open(refused, 'ab') as file:
                file.write(rejections)
    print(json.dumps(sums))
    return 1 if sums['rejected'] > 0 else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
