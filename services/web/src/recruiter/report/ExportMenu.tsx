import { ChevronDown, Download } from 'lucide-react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { Button } from '../../ui/controls';
import controls from '../../ui/controls.module.css';
import { type Format, FORMATS } from './exports';

type Props = { isPending: boolean; onExport: (format: Format) => void };

export function ExportMenu({ isPending, onExport }: Props) {
  return (
    <MenuTrigger>
      <Button isPending={isPending}>
        <Download aria-hidden size={18} />
        Export
        <ChevronDown aria-hidden size={16} />
      </Button>
      <Popover className={controls.popover ?? ''}>
        <Menu className={controls.list ?? ''} onAction={(format) => onExport(format as Format)}>
          {Object.entries(FORMATS).map(([format, { label }]) => (
            <MenuItem key={format} id={format} className={controls.item ?? ''}>
              {label}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
