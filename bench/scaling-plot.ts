import { writeFile } from 'node:fs/promises';
import { parse, type Spec, View } from 'vega';
import { pngOf } from '../src/cli/picture.js';
import type { ScalingCurve } from './scaling-curve.js';

const width = 720;
const height = 200;
const gap = 56;
const colours = ['#0b6e4f', '#c05a1c', '#8a8f98'];

/** Concurrency and backlog over time, one above the other, as a PNG. */
export async function drawScaling(curves: readonly ScalingCurve[], title: string, file: string): Promise<void> {
  const view = new View(parse(specOf(curves, title)), { renderer: 'none' });
  await writeFile(file, await pngOf(await view.toSVG()));
  view.finalize();
}

function specOf(curves: readonly ScalingCurve[], title: string): Spec {
  const values = curves.flatMap(({ name, samples }) => samples.map((sample) => ({ name, ...sample })));
  return {
    width,
    height: 2 * height + gap,
    padding: 16,
    background: 'white',
    title: { text: title, font: 'Arimo', fontSize: 15, anchor: 'start', offset: 16 },
    config: {
      axis: {
        labelFont: 'Arimo',
        titleFont: 'Arimo',
        labelFontSize: 11,
        titleFontSize: 12,
        titleFontWeight: 'normal',
        gridColor: '#e6e6e6',
      },
      legend: { labelFont: 'Arimo', labelFontSize: 12 },
    },
    data: [{ name: 'samples', values }],
    scales: [
      { name: 'x', type: 'linear', range: [0, width], domain: { data: 'samples', field: 'seconds' }, nice: true },
      { name: 'colour', type: 'ordinal', domain: curves.map(({ name }) => name), range: colours },
    ],
    legends: [{ stroke: 'colour', orient: 'top', direction: 'vertical', labelLimit: 1_000, symbolType: 'stroke', symbolStrokeWidth: 3 }],
    marks: [panel('concurrency', 'invocations at once', 0), panel('backlog', 'messages left', height + gap)],
  };
}

function panel(field: 'concurrency' | 'backlog', title: string, y: number): NonNullable<Spec['marks']>[number] {
  return {
    type: 'group',
    encode: { enter: { y: { value: y }, width: { value: width }, height: { value: height } } },
    scales: [{ name: 'y', type: 'linear', range: [height, 0], domain: { data: 'samples', field }, nice: true, zero: true }],
    axes: [
      { orient: 'bottom', scale: 'x', grid: true, gridScale: 'y', title: 'seconds since the mapping was enabled' },
      { orient: 'left', scale: 'y', grid: true, gridScale: 'x', title, tickCount: 5, format: ',d' },
    ],
    marks: [
      {
        type: 'group',
        from: { facet: { name: 'curve', data: 'samples', groupby: 'name' } },
        marks: [
          {
            type: 'line',
            from: { data: 'curve' },
            encode: {
              enter: {
                x: { scale: 'x', field: 'seconds' },
                y: { scale: 'y', field },
                stroke: { scale: 'colour', field: 'name' },
                strokeWidth: { value: 2.5 },
              },
            },
          },
        ],
      },
    ],
  };
}
