import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes a file so that whoever reads it, after a kill or a power cut too, finds it whole or finds what was there
 * before: beside, then renamed. What an interrupted write left beside is overwritten by the next.
 */
export function writeDurably (file: string, text: string, mode: number): void {
  const beside = `${file}.new`
  writeFileSync(beside, text, { mode, flush: true })
  moveDurably(beside, file)
}

/** Renames within a folder, and returns when the new name survives a power cut. */
export function moveDurably (from: string, to: string): void {
  renameSync(from, to)
  syncFolder(dirname(to))
}

function syncFolder (folder: string): void {
  if (process.platform === 'win32') return // it cannot open a folder, and keeps names safe by itself
  const opened = openSync(folder, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}
