/** What a busy machine may add, in milliseconds, to a deadline of the product before a test calls it broken. */
export const slackMs = 500;
