/** Each picture of the book, by the name of its file. */
export const pictures: ReadonlyMap<string, string>;
