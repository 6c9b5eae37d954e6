import type { State } from './definition.js';

/** Every state that a state may go on to, with the field that says so. */
export function targetsOf(state: State): readonly { readonly field: readonly (string | number)[]; readonly target: string }[] {
  if (state.type === 'Succeed' || state.type === 'Fail') return [];
  if (state.type === 'Choice') {
    const choices = state.choices.map(({ next }, index) => ({ field: ['Choices', index, 'Next'], target: next }));
    return state.otherwise === undefined ? choices : [...choices, { field: ['Default'], target: state.otherwise }];
  }
  const next = state.next === undefined ? [] : [{ field: ['Next'], target: state.next }];
  if (!('catch' in state)) return next;
  return [...next, ...state.catch.map((catcher, index) => ({ field: ['Catch', index, 'Next'], target: catcher.next }))];
}
