/** Makes a function that calls `find` once for each key. Its value may be anything but undefined. */
export function remembered<Key, Value> (find: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>()
  return (key) => {
    let value = known.get(key)
    if (value === undefined) known.set(key, value = find(key))
    return value
  }
}
