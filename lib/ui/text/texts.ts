/**
 * The texts of one area of the interface, by name. English is complete and sets the names; another
 * language is a second folder of the same shape, which this type then holds to every name. Each
 * area is a module of its own, so that a page loads the words it shows.
 */
export type Texts<T extends Readonly<Record<string, string>>> = Readonly<Record<keyof T, string>>;
