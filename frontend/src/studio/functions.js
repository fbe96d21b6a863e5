// The functions that expressions of this system have, in place of the library's list of Camunda's with its English texts.
import titles from './zh/functions.json';

export const camundaBuiltins = Object.keys(titles).map(name => ({ name, type: 'function', params: [], info: '' }));
export const functions = Object.entries(titles).map(([ name, title ]) => ({ value: `${name}(`, type: '函数', title }));
