/** Says whether a text is a full address of the web. */
export function isAddress(value: string): boolean {
  return /^https?:\/\/[^\s/]/iu.test(value) && !/\s/u.test(value) && URL.canParse(value)
}

/** Says whether an address holds a user name or a password. */
export function hasCredentials(address: string): boolean {
  const { username, password } = new URL(address)
  return username !== '' || password !== ''
}
