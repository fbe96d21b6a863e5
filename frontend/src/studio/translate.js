// Chinese for libraries that ask a translate service. A text without translation is an error on the console, which the
// journeys of the tests do not let pass.

const told = new Set();

/** A module for diagram-js that translates by a dictionary of English texts. */
export function translation(dictionary) {
  return { translate: [ 'value', (text, replacements = {}) => {
    if (!(text in dictionary) && /[A-Za-z]{2}/.test(text) && !/[\u4e00-\u9fff]/.test(text) && !told.has(text)) {
      told.add(text);
      console.error(`没有译文：${text}`);
    }
    return (dictionary[text] ?? text).replace(/{([^}]+)}/g, (whole, key) => replacements[key] ?? whole);
  } ] };
}
