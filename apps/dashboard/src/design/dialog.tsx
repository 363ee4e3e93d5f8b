import { Drawer, Modal, type DrawerRootProps, type ModalRootProps } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './dialog.module.css';

interface TitledProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
}

/**
 * A dialog in the middle. Put together from the library's parts, since its ready-made one renders its title in a
 * `header`, which screen readers take for a second banner of the page.
 */
export function Dialog({ title, children, ...rest }: TitledProps & Pick<ModalRootProps, 'size'>) {
  return (
    <Modal.Root {...rest}>
      <Modal.Overlay />
      <Modal.Content>
        <div className={classes.head}>
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** A panel that slides in from a side, with the page still in sight. */
export function SidePanel({ title, children, ...rest }: TitledProps & Pick<DrawerRootProps, 'size' | 'position'>) {
  return (
    <Drawer.Root {...rest}>
      <Drawer.Overlay />
      <Drawer.Content>
        <div className={classes.head}>
          <Drawer.Title>{title}</Drawer.Title>
          <Drawer.CloseButton aria-label="Close" />
        </div>
        <Drawer.Body>{children}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
