import type { ColourBy } from '../../src/protocol/panel.ts';
import { roles } from '../../src/model/role.ts';
import type { Role } from '../../src/model/role.ts';
import type { MenuEntry } from '../components/menu.tsx';
import { MenuButton } from '../components/menu.tsx';
import { numbers } from '../components/numbers.ts';
import { visibleName } from '../../src/model/visibleText.ts';
import type { Legend, LegendEntry } from '../flame/chartTypes.ts';
import type { Panel } from '../state/panel.ts';
import { usePanel } from '../state/panelContext.ts';
import { rolesIn, withRoleToggled } from '../state/queryText.ts';
import { colourings } from '../state/savedState.ts';
import { useSignal } from '../state/signal.ts';

export const colourWords: Readonly<Record<ColourBy, string>> = {
  role: 'Role', agent: 'Agent', service: 'Service', model: 'Model', name: 'Name', status: 'Status', selfTime: 'Self time',
};

/** What the colours of the bars mean; a click on a role filters by it. */
export function LegendStrip({ legend }: { readonly legend: Legend }) {
  const panel = usePanel();
  const colourBy = useSignal(panel.view.colourBy);
  const { query } = useSignal(panel.search.state);
  const filtered = new Set(rolesIn(query));
  return (
    <div class="legend" role="group" aria-label={`Colours by ${colourWords[colourBy].toLowerCase()}`}>
      {legend.kind === 'scale' ? <Scale legend={legend} /> : (
        <div class="legend-entries">
          {legend.entries.map((entry) => <Entry key={entry.key} entry={entry} role={colourBy === 'role' ? roleOf(entry) : undefined} filtered={filtered} />)}
          {legend.more > 0 && <span class="legend-entry">{`${numbers.count(legend.more)} more`}</span>}
        </div>
      )}
      <MenuButton icon="ellipsis" label="Colour by" entries={() => colourEntries(panel)} />
    </div>
  );
}

/** The ways of colouring, as entries of a menu. */
export function colourEntries(panel: Panel): readonly MenuEntry[] {
  return [
    { kind: 'heading', label: 'Colour by' },
    ...colourings.map((colouring): MenuEntry => ({
      kind: 'item', label: colourWords[colouring], checked: panel.view.colourBy.value === colouring, run: () => { panel.view.colourBy.value = colouring; },
    })),
  ];
}

/** The legend as entries of a menu, for when there is no room for a strip. */
export function legendEntries(panel: Panel, legend: Legend | undefined): readonly MenuEntry[] {
  if (legend?.kind !== 'entries' || panel.view.colourBy.value !== 'role') return [];
  const { query } = panel.search.state.value, filtered = new Set(rolesIn(query));
  return [
    { kind: 'heading', label: 'Filter by role' },
    ...legend.entries.flatMap((entry): MenuEntry[] => {
      const role = roleOf(entry);
      if (role === undefined) return [];
      return [{
        kind: 'item', label: entry.label, hint: numbers.shortCount(entry.count), checked: filtered.has(role), swatch: entry.fill,
        run: () => panel.search.setQuery(withRoleToggled(panel.search.state.value.query, role)),
      }];
    }),
  ];
}

const roleOf = ({ key }: LegendEntry): Role | undefined => roles.find((role) => role === key);

function Entry({ entry, role, filtered }: { readonly entry: LegendEntry; readonly role: Role | undefined; readonly filtered: ReadonlySet<string> }) {
  const panel = usePanel();
  const label = visibleName(entry.label);
  const swatch = <span class="swatch" style={{ '--fill': entry.fill, '--edge': entry.outline === undefined ? 'none' : `inset 0 0 0 1px ${entry.outline}` }} />;
  if (role === undefined) return <span class="legend-entry" title={`${label}, ${numbers.counted(entry.count, 'span')}`}>{swatch}{label}</span>;
  const toggle = (): void => panel.search.setQuery(withRoleToggled(panel.search.state.value.query, role));
  return (
    <button type="button" class="legend-entry" aria-pressed={filtered.has(role)} title={`Filter by role ${label.toLowerCase()}, ${numbers.counted(entry.count, 'span')}`} onClick={toggle}>{swatch}{label}</button>
  );
}

function Scale({ legend }: { readonly legend: Extract<Legend, { kind: 'scale' }> }) {
  return (
    <span class="legend-entry">
      Self time <span class="num">{numbers.duration(legend.fromNs)}</span>
      <span class="legend-scale" style={{ background: `linear-gradient(to right, ${legend.stops.join(', ')})` }} />
      <span class="num">{numbers.duration(legend.toNs)}</span>
    </span>
  );
}
