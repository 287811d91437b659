/** What was typed is nothing that can be matched against; the message is the sentence to show. */
export class FormError extends Error {}
