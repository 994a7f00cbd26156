/** A role of the database lacks a right; the message says what an administrator of the database runs. */
export class RightsMissing extends Error {}
