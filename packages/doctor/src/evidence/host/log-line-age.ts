const dayMs = 24 * 3600 * 1000;
const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)/;
const traditional = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) /;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Returns how many seconds ago syslog wrote a line. The line may begin with a time such as `2026-11-29T21:12:01+00:00`,
 * or with one such as `Nov 29 21:12:01`, which is in the time zone of this process. NaN if the line does not begin with
 * a time.
 */
export function secondsSince(line: string, wallNow: number): number {
  const [text] = iso.exec(line) ?? [];
  const at = text === undefined ? traditionalTime(line, wallNow) : Date.parse(text);
  return (wallNow - at) / 1000;
}

// The traditional times of syslog have no year. The present year is assumed or, if the line would then be from more
// than a day in the future, the previous year.
function traditionalTime(line: string, wallNow: number): number {
  const [, name = '', ...fields] = traditional.exec(line) ?? [];
  const month = months.indexOf(name);
  if (month === -1) return Number.NaN;
  const [day, hour, minute, second] = fields.map(Number);
  const year = new Date(wallNow).getFullYear();
  const inYear = (each: number): number => new Date(each, month, day, hour, minute, second).getTime();
  return inYear(year) <= wallNow + dayMs ? inYear(year) : inYear(year - 1);
}
