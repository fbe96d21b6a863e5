// The kinds of fields that the panel is made of; each is told how to read and write its element.
import { SelectEntry, TextAreaEntry, TextFieldEntry, isSelectEntryEdited, isTextAreaEntryEdited,
  isTextFieldEntryEdited } from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';

function Text({ element, id, label, description, read, write }) {
  return <TextFieldEntry element={element} id={id} label={label} description={description}
    getValue={() => read(element)} setValue={value => write(element, value || '')} debounce={useService('debounceInput')} />;
}

function Area({ element, id, label, description, read, write, mono }) {
  return <TextAreaEntry element={element} id={id} label={label} description={description} autoResize rows={3} monospace={mono}
    getValue={() => read(element)} setValue={value => write(element, value || '')} debounce={useService('debounceInput')} />;
}

/** One of several; what stands there and is not among them, such as an expression, stays to choose. */
function Choice({ element, id, label, description, read, write, options }) {
  const now = read(element);
  const known = options.some(each => each.value === now) || !now ? options : [ { value: now, label: now }, ...options ];
  return <SelectEntry element={element} id={id} label={label} description={description}
    getValue={() => now} setValue={value => write(element, value || '')}
    getOptions={() => [ { value: '', label: '（不设）' }, ...known ]} />;
}

/** Several of many, in order: each can be taken away, others are added from the list. */
function Several({ element, id, label, description, read, write, options }) {
  const chosen = read(element), left = options.filter(each => !chosen.includes(each.value));
  const title = value => options.find(each => each.value === value)?.label || `${value}（不认识）`;
  return <div class="bio-properties-panel-entry" data-entry-id={id}>
    <label class="bio-properties-panel-label" for={id}>{label}</label>
    {chosen.map(value => <div class="picked" key={value}><span>{title(value)}</span>
      <button type="button" title={`去掉 ${title(value)}`} onClick={() => write(element, chosen.filter(each => each !== value))}>×</button></div>)}
    <select id={id} class="bio-properties-panel-input" value="" onChange={event => write(element, [ ...chosen, event.target.value ])}>
      <option value="">添加…</option>
      {left.map(each => <option value={each.value} key={each.value}>{each.label}</option>)}
    </select>
    {description && <div class="bio-properties-panel-description">{description}</div>}
  </div>;
}

const field = (component, isEdited) => (id, label, read, write, more = {}) => ({ id, component, isEdited, label, read, write, ...more });

export const text = field(Text, isTextFieldEntryEdited);
export const area = field(Area, isTextAreaEntryEdited);
export const choice = field(Choice, isSelectEntryEdited);
export const several = field(Several, () => false);
