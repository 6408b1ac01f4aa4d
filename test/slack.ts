/** Tolerance in milliseconds for deadlines in tests, because the machine may be busy. */
export const slackMs = 500;
