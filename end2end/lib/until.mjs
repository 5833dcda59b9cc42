// Waiting for what isn't on a page: files that other processes change. No test sleeps; it asks until it is so.

const PATIENCE = 30_000

/** Resolves with the first answer that is neither false nor empty nor an error. */
export async function until(what, ask, patience = PATIENCE) {
  const end = Date.now() + patience
  for (;;) {
    let error
    try {
      const answer = await ask()
      if (answer) return answer
    } catch (caught) {
      error = caught
    }
    if (Date.now() > end) throw new Error(`in ${patience / 1000} s it didn't come about that ${what}`, { cause: error })
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
